/** What the routes of a gateway are given of the world. */
import type { Logger } from 'pino';
import type { WebCertificate } from '../../credentials/web-certificate.js';
import type { Cluster } from '../client/cluster.js';
import type { Observed } from '../observing/observing.js';
import type { GatewayConfig } from './config.js';
import type { GatewayCounters } from './counters.js';
import type { Sessions } from './sessions.js';
import type { UploadSpool } from './upload-spool.js';

export interface GatewayWorld {
  readonly config: GatewayConfig;
  readonly log: Logger;
  /** As this gateway's own certificate may see it. */
  readonly cluster: Cluster;
  /** Where uploads wait until they are whole. */
  readonly spool: UploadSpool;
  /** Undefined where nobody logs in. */
  readonly sessions: Sessions | undefined;
  /** What browsers are shown; undefined in the clear. */
  readonly webCertificate: WebCertificate | undefined;
  readonly counters: GatewayCounters;
  readonly observed: Observed;
  /** Aborted when the gateway is to stop: what goes on for ever ends then. */
  readonly stopping: AbortSignal;
  /** Of the ready line. */
  readonly id: string;
  /** The port that was taken. */
  port(): number;
}
