/** What a gateway opens before it listens, and lets go of when it ends. */
import type { Logger } from 'pino';
import { LinkKeys } from '../../credentials/link-keys.js';
import { WebCertificate } from '../../credentials/web-certificate.js';
import { ReelkeepError } from '../../domain/errors.js';
import type { OwnCredentials } from '../../domain/own-credentials.js';
import { openCluster } from '../client/open-cluster.js';
import { openCredentials } from '../runtime/own-credentials.js';
import type { GatewayConfig } from './config.js';
import { doorKind } from './door.js';
import { initSecret } from './link-secret.js';
import { createSessions } from './sessions.js';
import { UploadSpool } from './upload-spool.js';
import type { GatewayWorld } from './world.js';

export interface GatewayParts
  extends Pick<GatewayWorld, 'cluster' | 'spool' | 'sessions' | 'webCertificate'> {
  readonly id: string;
  /** By which this gateway is known; plain text without them. */
  readonly credentials: OwnCredentials | undefined;
  close(): Promise<void>;
}

/** @throws ReelkeepError with nothing left open */
export async function openParts(config: GatewayConfig, log: Logger): Promise<GatewayParts> {
  const closing: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const end of closing.splice(0).reverse()) await end();
  };
  try {
    const credentials = await openCredentials(config.credentialsDir, ['client', 'admin'], log);
    closing.push(() => credentials?.close());
    const webCertificate = await openWebCertificate(config, log);
    closing.push(() => webCertificate?.close());
    const spool = await openSpool(config, log);
    closing.push(() => spool.close());
    // After the spool: its directory is made and locked then.
    const keys = await openLinkKeys(config, log);
    closing.push(() => keys?.close());
    const { master, timeoutMs } = config;
    const ending = new AbortController();
    const cluster = openCluster({ master, timeoutMs, credentials, signal: ending.signal });
    closing.push(() => cluster.close());
    // What the cluster is being given ends first: the spool waits for it.
    closing.push(() => spool.settled());
    closing.push(() => ending.abort());
    const sessions = keys && createSessions(keys);
    const id = credentials?.principal.name ?? 'gateway';
    return { id, credentials, cluster, spool, sessions, webCertificate, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const openSpool = (config: GatewayConfig, log: Logger): Promise<UploadSpool> =>
  UploadSpool.open({
    directory: config.spoolDir,
    spoolBytesMax: config.spoolBytesMax,
    reserve: config.spoolReserve,
    log,
  });

async function openWebCertificate(
  { tls }: GatewayConfig,
  log: Logger,
): Promise<WebCertificate | undefined> {
  if (tls === undefined) return undefined;
  return await WebCertificate.open({
    ...tls,
    onNews: (news) => {
      if (news === 'renewed') log.info({ file: tls.certFile }, 'the certificate was renewed');
      else
        log.error({ reason: news.detail }, 'the new certificate is not taken: the old one stays');
    },
  });
}

async function openLinkKeys(config: GatewayConfig, log: Logger): Promise<LinkKeys | undefined> {
  if (doorKind(config) !== 'sessions') return undefined;
  const { secretFile: file } = config;
  const onNews = (news: 'changed' | ReelkeepError): void => {
    if (news === 'changed') log.info({ file }, 'the keys of links were changed');
    else log.error({ reason: news.detail }, 'the keys of links are not good: nobody is let in');
  };
  try {
    return await LinkKeys.open(file, onNews);
  } catch (error) {
    if (!(error instanceof ReelkeepError) || error.code !== 'not-found') throw error;
  }
  await initSecret(file);
  log.info({ file }, 'keys for links were made');
  return await LinkKeys.open(file, onNews);
}
