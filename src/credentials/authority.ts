/**
 * The private certificate authority of one cluster: a directory that belongs to whoever runs it,
 * and that no server reads.
 *
 *   DIR/ca.crt  DIR/ca.key          the authority
 *   DIR/<role>-<name>/              what a process is started with: ca.crt, tls.crt, tls.key
 *
 * X.509 by RFC 5280, keys on P-256. A certificate says in its subject's alternative names who it
 * speaks for (`domain/principal.ts`); host names play no part.
 */
import 'reflect-metadata';
import { randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { ReelkeepError } from '../domain/errors.js';
import { type ClusterId, clusterId } from '../domain/ids.js';
import {
  authorityUri,
  type Principal,
  parseAuthority,
  principalUri,
  type Role,
} from '../domain/principal.js';
import { credentialNames } from './credential-files.js';
import { credentialLimits } from './limits.js';
import { openPolicy, policyName } from './policy-file.js';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const authorityNames = { certificate: 'ca.crt', key: 'ca.key' } as const;
const msOfDay = 86_400_000;
/** A clock that is a little behind must not refuse what was just issued. */
const leewayMs = 5 * 60_000;

export interface IssueOrder {
  readonly role: Role;
  readonly name: string;
  readonly days?: number;
}

export class Authority {
  readonly clusterId: ClusterId;
  readonly directory: string;
  readonly #certificate: x509.X509Certificate;
  readonly #key: webcrypto.CryptoKey;

  /**
   * Makes it in a directory that has none yet.
   * @param cluster of a master that has a table already; made up unless given
   * @throws ReelkeepError `conflict` when there is one
   */
  static async create(
    directory: string,
    cluster: ClusterId = clusterId(randomBytes(16).toString('hex')),
    days: number = credentialLimits.authorityDays,
  ): Promise<Authority> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: serialNumber(),
      name: `CN=Reelkeep cluster ${cluster}`,
      ...validity(days),
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        alternativeName(authorityUri(cluster)),
      ],
    });
    await writeNew(join(directory, authorityNames.key), await keyPem(keys.privateKey), 0o600);
    await writeNew(join(directory, authorityNames.certificate), certificate.toString('pem'), 0o644);
    return new Authority(directory, cluster, certificate, keys.privateKey);
  }

  /** @throws ReelkeepError `usage` when there is none */
  static async open(directory: string): Promise<Authority> {
    const [certificatePem, keyText] = await Promise.all(
      Object.values(authorityNames).map((name) => readOwn(directory, name)),
    );
    try {
      const certificate = new x509.X509Certificate(certificatePem ?? '');
      const cluster = parseAuthority(new X509Certificate(certificatePem ?? '').subjectAltName);
      if (cluster === undefined) throw new Error('it is of no cluster of Reelkeep');
      const key = await webcrypto.subtle.importKey(
        'pkcs8',
        x509.PemConverter.decodeFirst(keyText ?? ''),
        algorithm,
        false,
        ['sign'],
      );
      return new Authority(directory, cluster, certificate, key);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new ReelkeepError('usage', `${directory} holds no authority that can be used: ${why}`, {
        cause: error,
      });
    }
  }

  private constructor(
    directory: string,
    cluster: ClusterId,
    certificate: x509.X509Certificate,
    key: webcrypto.CryptoKey,
  ) {
    this.directory = directory;
    this.clusterId = cluster;
    this.#certificate = certificate;
    this.#key = key;
  }

  /**
   * Writes what a process is started with; done again it renews that, and a process that runs takes it.
   * @returns the directory
   */
  async issue({
    role,
    name,
    days = credentialLimits.certificateDays,
  }: IssueOrder): Promise<string> {
    const keys = await newKeys();
    const principal: Principal = { clusterId: this.clusterId, role, name };
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: `CN=${role} ${name}`,
      issuer: this.#certificate.subject,
      ...validity(days),
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      signingKey: this.#key,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([
          x509.ExtendedKeyUsage.clientAuth,
          x509.ExtendedKeyUsage.serverAuth,
        ]),
        await x509.AuthorityKeyIdentifierExtension.create(this.#certificate.publicKey),
        alternativeName(principalUri(principal)),
      ],
    });
    const directory = join(this.directory, `${role}-${name}`);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const place = (file: keyof typeof credentialNames): string =>
      join(directory, credentialNames[file]);
    await replace(place('ca'), this.#certificate.toString('pem'), 0o644);
    await replace(place('key'), await keyPem(keys.privateKey), 0o600);
    await replace(place('certificate'), certificate.toString('pem'), 0o644);
    return directory;
  }

  /**
   * What its clients may do, to be changed by hand; never written over.
   * @returns the path; not below a certificate, so that renewing one brings no older policy with it
   */
  async writePolicy(): Promise<string> {
    const path = join(this.directory, policyName);
    await writeNew(path, `${JSON.stringify(openPolicy, null, 2)}\n`, 0o600);
    return path;
  }
}

const newKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

const keyPem = async (key: webcrypto.CryptoKey): Promise<string> =>
  `${x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`;

/** Positive, by RFC 5280 4.1.2.2. */
const serialNumber = (): string => `00${randomBytes(16).toString('hex')}`;

const validity = (days: number) => ({
  notBefore: new Date(Date.now() - leewayMs),
  notAfter: new Date(Date.now() + days * msOfDay),
});

const alternativeName = (uri: string) =>
  new x509.SubjectAlternativeNameExtension([{ type: 'url', value: uri }]);

async function writeNew(path: string, text: string, mode: number): Promise<void> {
  try {
    await writeFully(path, 'wx', text, mode);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    throw new ReelkeepError('conflict', `${path} is there already: it is never written over`, {
      cause: error,
    });
  }
}

/** Whole or not at all, for a process may be about to read it. */
async function replace(path: string, text: string, mode: number): Promise<void> {
  await rm(`${path}.tmp`, { force: true });
  await writeFully(`${path}.tmp`, 'wx', text, mode);
  await rename(`${path}.tmp`, path);
}

async function writeFully(path: string, flag: string, text: string, mode: number): Promise<void> {
  const file = await open(path, flag, mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function readOwn(directory: string, name: string): Promise<string> {
  try {
    return await readFile(join(directory, name), 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ReelkeepError(
      'usage',
      `${directory} is no directory of an authority: ${why}; make one with: bin/master init-ca ${directory}`,
      { cause: error },
    );
  }
}
