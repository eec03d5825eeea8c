/** Certificates that a browser on this machine could be told to believe. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { onTestFinished } from 'vitest';

export interface WebFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Gone after the test. */
export async function makeWebFiles(): Promise<WebFiles> {
  const directory = await mkdtemp(join(tmpdir(), 'reelkeep-web-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const files = { certFile: join(directory, 'web.crt'), keyFile: join(directory, 'web.key') };
  await renewWebFiles(files);
  return files;
}

/** @param lifeMs from an hour ago */
export async function renewWebFiles(files: WebFiles, lifeMs = 86_400_000): Promise<string> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const notBefore = new Date(Date.now() - 3_600_000);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=localhost',
    notBefore,
    notAfter: new Date(notBefore.getTime() + lifeMs),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
      ]),
    ],
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  await writeFile(files.keyFile, x509.PemConverter.encode(key, 'PRIVATE KEY'), { mode: 0o600 });
  const pem = certificate.toString('pem');
  await writeFile(files.certFile, pem);
  return pem;
}
