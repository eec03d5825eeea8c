/** The certificate that a gateway shows to browsers: two files, read again now and then. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { ReelkeepError } from '../domain/errors.js';
import { credentialLimits } from './limits.js';
import { readSmallFile } from './small-file.js';
import { WatchedFiles } from './watched-files.js';

interface WebCertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** PEM. */
export interface WebCertificatePair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface WebCertificateOptions extends WebCertificateFiles {
  readonly reloadEveryMs?: number;
  /** Renewed, or why what is there now is not taken: the one before stays in use. */
  onNews(news: 'renewed' | ReelkeepError): void;
}

export class WebCertificate {
  readonly #watch: WatchedFiles<WebCertificatePair>;
  #pair: WebCertificatePair;
  #onRenewed: (pair: WebCertificatePair) => void = () => undefined;

  /** @throws ReelkeepError `usage`, which says which file and what is wrong with it */
  static async open(options: WebCertificateOptions): Promise<WebCertificate> {
    return new WebCertificate(options, await readPair(options));
  }

  private constructor(options: WebCertificateOptions, pair: WebCertificatePair) {
    this.#pair = pair;
    this.#watch = new WatchedFiles(
      {
        read: () => readPair(options),
        isInUse: ({ cert, key }) => cert.equals(this.#pair.cert) && key.equals(this.#pair.key),
        take: (there) => {
          this.#pair = there;
          this.#onRenewed(there);
          options.onNews('renewed');
        },
        refuse: (reason) => options.onNews(reason),
      },
      options.reloadEveryMs,
    );
  }

  get pair(): WebCertificatePair {
    return this.#pair;
  }

  onRenewed(listener: (pair: WebCertificatePair) => void): void {
    this.#onRenewed = listener;
  }

  close(): void {
    this.#watch.close();
  }
}

async function readPair({ certFile, keyFile }: WebCertificateFiles): Promise<WebCertificatePair> {
  const bytesMax = credentialLimits.credentialBytesMax;
  const [cert, key] = await Promise.all([
    readSmallFile({ path: certFile, called: certFile, bytesMax }),
    readSmallFile({ path: keyFile, called: keyFile, bytesMax }),
  ]);
  if (!cert.ok) throw wrong('--tls-cert', cert.reason, cert.cause);
  if (!key.ok) throw wrong('--tls-key', key.reason, key.cause);
  // A group may be let in: what renews certificates is often another user than what uses them.
  if ((key.mode & 0o007) !== 0)
    throw wrong('--tls-key', `${keyFile} can be read by everyone: chmod o= it`);
  const pair = { cert: cert.bytes, key: key.bytes };
  requireUsable(pair);
  return pair;
}

function requireUsable({ cert, key }: WebCertificatePair): void {
  try {
    createSecureContext({ cert, key });
    const own = new X509Certificate(cert);
    if (!own.checkPrivateKey(createPrivateKey(key))) throw new Error('the key is of another one');
    if (!(Date.now() < Date.parse(own.validTo))) throw new Error(`it ended on ${own.validTo}`);
  } catch (error) {
    throw wrong('--tls-cert', error instanceof Error ? error.message : String(error), error);
  }
}

const wrong = (flag: string, why: string, cause?: unknown): ReelkeepError =>
  new ReelkeepError('usage', `${flag}: ${why}`, { cause });
