/** How the cluster is, asked of the master at most once in a while however many want to know. */
import { setTimeout as delay } from 'node:timers/promises';
import { judgeCluster } from '../../domain/cluster-health.js';
import { toPlainError } from '../../domain/errors.js';
import type { Cluster, ClusterStatus } from '../client/cluster.js';
import type { Health } from '../observing/observing.js';

/** What was heard is good for so long. */
const sightLifeMs = 1_000;
/** Without an answer by then the master is not there. */
const answerMs = 3_000;
/** A master that has not settled is asked so often, and believed then. */
const unsettledAsksMax = 4;
const askAgainMs = 100;

interface Sight {
  readonly master: Health;
  readonly cluster: Health;
}

export class ClusterSight {
  readonly #cluster: Pick<Cluster, 'status' | 'keepers'>;
  #asking: Promise<Sight> | undefined;
  #askedAtMs = Number.NEGATIVE_INFINITY;

  constructor(cluster: Pick<Cluster, 'status' | 'keepers'>) {
    this.#cluster = cluster;
  }

  /** Never rejects. */
  look(): Promise<Sight> {
    const nowMs = performance.now();
    if (this.#asking === undefined || nowMs - this.#askedAtMs > sightLifeMs) {
      this.#askedAtMs = nowMs;
      this.#asking = this.#ask();
    }
    return this.#asking;
  }

  async #ask(): Promise<Sight> {
    const given = new AbortController();
    const late = delay(answerMs, away('the master does not answer'), { signal: given.signal });
    return await Promise.race([this.#see(), late]).finally(() => given.abort());
  }

  /** Whatever is on its way to those who count makes it unsettled for a moment. */
  async #settledStatus(): Promise<ClusterStatus> {
    let status = await this.#cluster.status();
    for (let asked = 1; !status.settled && asked < unsettledAsksMax; asked++) {
      await delay(askAgainMs);
      status = await this.#cluster.status();
    }
    return status;
  }

  async #see(): Promise<Sight> {
    try {
      const status = await this.#settledStatus();
      const keepers = await this.#cluster.keepers();
      const reasons = judgeCluster({ ...status, keepers });
      const { mode } = status;
      return {
        master: { ok: true, mode },
        cluster: { ok: reasons.length === 0, reasons },
      };
    } catch (error) {
      return away(toPlainError(error).detail);
    }
  }
}

const away = (reason: string): Sight => ({
  master: { ok: false, reason },
  cluster: { ok: false, reasons: [reason] },
});
