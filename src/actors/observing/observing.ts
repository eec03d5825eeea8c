/** How a process lets others look at it: what it is asked for, and the port that it opens then. */
import type { Logger } from 'pino';
import type { OwnCredentials } from '../../domain/own-credentials.js';

export interface ObservingConfig {
  /** 0 takes a free one; nothing is opened without it. */
  readonly metricsPort: number | undefined;
  /** Address to listen on. */
  readonly metricsHost: string;
}

/** Yes or no, and why: each member stands in the answer as JSON. */
export interface Health {
  readonly ok: boolean;
  readonly [detail: string]: unknown;
}

export interface Observed {
  readonly contentType: string;
  /** In the text format of Prometheus. */
  metrics(): Promise<string>;
  /** By the last part of their path: `live` for `/healthz/live`. */
  readonly health: Readonly<Record<string, () => Health | Promise<Health>>>;
}

export interface Observing {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Opens the port on which a process is looked at; given by whoever starts the process, so that the
 * process itself knows of no such port.
 *
 * @param credentials for TLS where others could reach the port
 * @throws ReelkeepError `conflict` when the port is in use
 */
export type Observe<Reading> = (
  reading: Reading,
  config: ObservingConfig & { readonly metricsPort: number },
  log: Logger,
  credentials: OwnCredentials | undefined,
) => Promise<Observing>;

/** One port of one process, if there is to be one. */
export class Watched<Reading> {
  readonly #observe: Observe<Reading> | undefined;
  #observing: Observing | undefined;

  constructor(observe: Observe<Reading> | undefined) {
    this.#observe = observe;
  }

  async open(
    reading: Reading,
    { metricsPort, metricsHost }: ObservingConfig,
    log: Logger,
    credentials: OwnCredentials | undefined,
  ): Promise<void> {
    if (metricsPort === undefined || this.#observe === undefined) return;
    const config = { metricsPort, metricsHost };
    this.#observing = await this.#observe(reading, config, log, credentials);
  }

  /** What the ready line says of it. */
  get told(): { readonly metricsPort?: number } {
    return this.#observing === undefined ? {} : { metricsPort: this.#observing.port };
  }

  async close(): Promise<void> {
    await this.#observing?.close();
  }
}
