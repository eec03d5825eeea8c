/**
 * The three files by which a process shows who it is: `ca.crt`, `tls.crt` and `tls.key` of one
 * directory, read again now and then, so that certificates are renewed without a restart.
 *
 * A later version that is not good is told and not taken: the one before stays in use.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { ReelkeepError } from '../domain/errors.js';
import type { CredentialFiles, OwnCredentials } from '../domain/own-credentials.js';
import { type Principal, parsePrincipal, type Role } from '../domain/principal.js';
import { credentialLimits } from './limits.js';
import { readSmallFile } from './small-file.js';
import { WatchedFiles } from './watched-files.js';

/** Of a directory that a process is started with. */
export const credentialNames = { ca: 'ca.crt', certificate: 'tls.crt', key: 'tls.key' } as const;

export interface CredentialOptions {
  readonly directory: string;
  /** What this process is. */
  readonly roles: readonly Role[];
  readonly reloadEveryMs?: number;
  /** Renewed, or why what is there now is not taken. */
  onNews(news: 'renewed' | ReelkeepError): void;
}

type Listener = (files: CredentialFiles) => void;

export class Credentials implements OwnCredentials {
  readonly principal: Principal;
  readonly #options: CredentialOptions;
  readonly #listeners = new Set<Listener>();
  readonly #watch: WatchedFiles<CredentialFiles>;
  #files: CredentialFiles;

  /** @throws ReelkeepError `usage`, which says which file and what to do */
  static async open(options: CredentialOptions): Promise<Credentials> {
    const files = await readFiles(options.directory);
    return new Credentials(options, files, judgeCredentials(options, files));
  }

  private constructor(options: CredentialOptions, files: CredentialFiles, principal: Principal) {
    this.#options = options;
    this.#files = files;
    this.principal = principal;
    this.#watch = new WatchedFiles(
      {
        read: () => readFiles(options.directory),
        isInUse: (there) => isSame(there, this.#files),
        take: (there) => this.#take(there),
        refuse: (reason) => options.onNews(reason),
      },
      options.reloadEveryMs,
    );
  }

  get files(): CredentialFiles {
    return this.#files;
  }

  onRenewed(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    this.#watch.close();
    this.#listeners.clear();
  }

  #take(files: CredentialFiles): void {
    const { name, clusterId } = judgeCredentials(this.#options, files);
    if (name !== this.principal.name || clusterId !== this.principal.clusterId)
      throw wrong(this.#options.directory, 'the new certificate is of somebody else');
    this.#files = files;
    for (const listener of this.#listeners) listener(files);
    this.#options.onNews('renewed');
  }
}

async function readFiles(directory: string): Promise<CredentialFiles> {
  const [ca, certificate, key] = await Promise.all([
    readOne(directory, credentialNames.ca),
    readOne(directory, credentialNames.certificate),
    readOne(directory, credentialNames.key),
  ]);
  if ((key.mode & 0o077) !== 0)
    throw wrong(directory, `${credentialNames.key} can be read by others: chmod 600 it`);
  return { ca: ca.bytes, certificate: certificate.bytes, key: key.bytes };
}

async function readOne(directory: string, name: string) {
  const file = await readSmallFile({
    path: join(directory, name),
    called: name,
    bytesMax: credentialLimits.credentialBytesMax,
  });
  if (!file.ok) throw wrong(directory, file.reason, file.cause);
  return file;
}

/**
 * Whose they are.
 * @throws ReelkeepError `usage` unless they are of one piece
 */
export function judgeCredentials(
  { directory, roles }: Pick<CredentialOptions, 'directory' | 'roles'>,
  files: CredentialFiles,
): Principal {
  const own = parseCertificate(directory, credentialNames.certificate, files.certificate);
  const authorities = parseAll(directory, files.ca);
  if (!own.checkPrivateKey(parseKey(directory, files.key)))
    throw wrong(
      directory,
      `${credentialNames.key} is not the key of ${credentialNames.certificate}`,
    );
  const authority = authorities.find((one) => own.checkIssued(one) && own.verify(one.publicKey));
  if (authority === undefined)
    throw wrong(
      directory,
      `${credentialNames.certificate} was not issued by ${credentialNames.ca}`,
    );
  requireInTime(directory, 'the certificate', own);
  requireInTime(directory, 'the certificate of the authority', authority);
  requireUsable(directory, files);
  const principal = parsePrincipal(own.subjectAltName);
  if (principal === undefined) throw wrong(directory, 'the certificate names no role of Reelkeep');
  if (!roles.includes(principal.role))
    throw wrong(directory, `they are of a ${principal.role}, and this is a ${roles.join(' or ')}`);
  return principal;
}

/** An end that cannot be read is none that any peer would wait for. */
function requireInTime(directory: string, what: string, { validTo }: X509Certificate): void {
  const isInTime = Date.now() < Date.parse(validTo);
  if (!isInTime) throw wrong(directory, `${what} ended on ${validTo}: issue another`);
}

/** Several are there while one authority takes the place of another. */
function parseAll(directory: string, pem: Buffer): readonly X509Certificate[] {
  const begin = '-----BEGIN CERTIFICATE-----';
  const [, ...blocks] = pem.toString('latin1').split(begin);
  if (blocks.length === 0) throw wrong(directory, `${credentialNames.ca} is no certificate`);
  return blocks.map((block) =>
    parseCertificate(directory, credentialNames.ca, Buffer.from(begin + block, 'latin1')),
  );
}

/** What OpenSSL does not take, gRPC would take in silence, and let nobody in. */
function requireUsable(directory: string, { ca, certificate, key }: CredentialFiles): void {
  try {
    createSecureContext({ ca, cert: certificate, key });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw wrong(directory, `they cannot be used: ${why}`, error);
  }
}

function parseCertificate(directory: string, name: string, pem: Buffer): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw wrong(directory, `${name} is no certificate`, error);
  }
}

function parseKey(directory: string, pem: Buffer) {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw wrong(directory, `${credentialNames.key} is no private key`, error);
  }
}

const isSame = (a: CredentialFiles, b: CredentialFiles): boolean =>
  a.ca.equals(b.ca) && a.certificate.equals(b.certificate) && a.key.equals(b.key);

const wrong = (directory: string, why: string, cause?: unknown): ReelkeepError =>
  new ReelkeepError('usage', `--credentials ${directory}: ${why}`, { cause });
