/** What the routes of a gateway are given of the world. */
import type { Logger } from 'pino';
import type { Cluster } from '../client/cluster.js';
import type { GatewayConfig } from './config.js';

export interface GatewayWorld {
  readonly config: GatewayConfig;
  readonly log: Logger;
  /** As this gateway's own certificate may see it. */
  readonly cluster: Cluster;
  /** Aborted when the gateway is to stop: what goes on for ever ends then. */
  readonly stopping: AbortSignal;
  /** Of the ready line. */
  readonly id: string;
  /** The port that was taken. */
  port(): number;
}
