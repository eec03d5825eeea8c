import { chmod, writeFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebCertificate } from '../../src/credentials/web-certificate.js';
import { makeWebFiles, renewWebFiles } from './a-web-certificate.js';

describe('the certificate for browsers', () => {
  it('is taken anew when it was renewed, and stays when what is there is not good', async () => {
    const files = await makeWebFiles();
    const told: unknown[] = [];
    let tell = (): void => undefined;
    const news = (): Promise<void> =>
      new Promise((resolve) => {
        tell = resolve;
      });
    const first = news();
    const certificate = await WebCertificate.open({
      ...files,
      reloadEveryMs: 5,
      onNews: (what) => {
        told.push(what);
        tell();
      },
    });
    onTestFinished(() => certificate.close());
    const before = certificate.pair;

    await writeFile(files.certFile, 'half of a certif');
    await first;
    const stayed = certificate.pair === before;
    const taken = new Promise<string>((resolve) => {
      certificate.onRenewed(({ cert }) => resolve(cert.toString()));
    });
    const pem = await renewWebFiles(files);

    expect(stayed).toBe(true);
    expect(await taken).toBe(pem);
    expect(told.at(0)).toMatchObject({
      code: 'usage',
      detail: expect.stringMatching(/^--tls-cert/),
    });
    expect(told.at(-1)).toBe('renewed');
  });

  it.each<[string, (files: { certFile: string; keyFile: string }) => Promise<unknown>, RegExp]>([
    ['has ended', (files) => renewWebFiles(files, 1_000), /--tls-cert: it ended on/],
    [
      'has another key',
      async (files) => {
        const { keyFile } = await makeWebFiles();
        await renewWebFiles({ ...files, keyFile });
      },
      /--tls-cert: .*key/,
    ],
    ['has a key that everyone can read', ({ keyFile }) => chmod(keyFile, 0o644), /chmod o= it/],
    ['is none', ({ certFile }) => writeFile(certFile, 'none'), /--tls-cert/],
    ['is longer than any', ({ certFile }) => writeFile(certFile, 'x'.repeat(70_000)), /too long/],
  ])('is refused when it %s', async (_, spoil, why) => {
    const files = await makeWebFiles();
    await spoil(files);

    const opening = WebCertificate.open({ ...files, onNews: () => undefined });

    await expect(opening).rejects.toMatchObject({
      code: 'usage',
      detail: expect.stringMatching(why),
    });
  });
});
