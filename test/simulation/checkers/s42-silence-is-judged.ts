/**
 * L1, S42: a keeper is lost when it was silent for `lostAfterMs` by the master's monotonic clock,
 * at the first look after that, and never for silence alone before it.
 *
 * Judged by what passes the thread of the heartbeat monitor.
 */
import type {
  MonitorEffect,
  MonitorMessage,
} from '../../../src/actors/heartbeat-monitor/messages.js';
import type { KeeperId } from '../../../src/domain/ids.js';
import { type LivenessLimits, resolveLivenessLimits } from '../../../src/domain/liveness.js';
import type { SimCluster } from '../cluster/sim-cluster.js';
import type { Checker } from './checker.js';

export function silenceIsJudged(cluster: SimCluster): Checker {
  let known: object | undefined;
  let monitor = new MonitorSeen(cluster);
  return {
    invariant: 'S42',
    thread({ life, thread, direction, message }) {
      if (thread !== 'heartbeat-mon') return;
      if (known !== life) {
        known = life;
        monitor = new MonitorSeen(cluster);
      }
      if (direction === 'in') monitor.take(message as MonitorMessage);
      else monitor.judge(message as readonly MonitorEffect[]);
    },
  };
}

/** Between the thread's clock and that of the run. */
const slackMs = 2;

interface Heard {
  atMs: number;
  state: string;
  isBroken: boolean;
  readonly incarnation: number;
}

class MonitorSeen {
  readonly #cluster: SimCluster;
  readonly #limits: LivenessLimits;
  readonly #heard = new Map<KeeperId, Heard>();
  #lastTickMs: number | undefined;
  #isTick = false;

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
    this.#limits = resolveLivenessLimits(cluster.shape);
  }

  take(message: MonitorMessage): void {
    this.#isTick = message.type === 'tick';
    if (message.type === 'tick') this.#tick();
    else if (message.type === 'known' || message.type === 'admitted') this.#begin(message);
    else if (message.type === 'heartbeat' || message.type === 'stream broke') this.#hear(message);
  }

  judge(effects: readonly MonitorEffect[]): void {
    for (const effect of effects) if (effect.type === 'keeper changed') this.#judgeChange(effect);
    // Between ticks nothing is late, and a pause is not yet forgiven.
    if (!this.#isTick) return;
    for (const [keeper, { atMs, state }] of this.#heard) {
      const silentMs = this.#cluster.nowMs - atMs;
      if (state === 'lost' || state === 'retired') continue;
      if (silentMs >= this.#limits.lostAfterMs + slackMs)
        this.#cluster.report('L1', `${keeper} is ${state} after ${silentMs} ms of silence`);
    }
  }

  #judgeChange({ keeper, state }: Extract<MonitorEffect, { type: 'keeper changed' }>): void {
    const one = this.#heard.get(keeper);
    if (one === undefined) return;
    one.state = state;
    const silentMs = this.#cluster.nowMs - one.atMs;
    if (state === 'lost' && !one.isBroken && silentMs < this.#limits.lostAfterMs - slackMs)
      this.#cluster.report('S42', `${keeper} is lost after ${silentMs} ms of silence`);
  }

  #begin({ keeper, incarnation }: Extract<MonitorMessage, { type: 'known' | 'admitted' }>): void {
    if (incarnation < (this.#heard.get(keeper)?.incarnation ?? 0)) return;
    const atMs = this.#cluster.nowMs;
    this.#heard.set(keeper, { atMs, state: 'joining', isBroken: false, incarnation });
  }

  #hear(message: Extract<MonitorMessage, { type: 'heartbeat' | 'stream broke' }>): void {
    const one = this.#heard.get(message.keeper);
    if (one === undefined || message.incarnation !== one.incarnation) return;
    if (message.type === 'heartbeat') one.atMs = this.#cluster.nowMs;
    one.isBroken = message.type === 'stream broke';
  }

  #tick(): void {
    const { nowMs } = this.#cluster;
    const lateMs = nowMs - (this.#lastTickMs ?? nowMs) - this.#limits.tickEveryMs;
    this.#lastTickMs = nowMs;
    if (lateMs <= this.#limits.pauseAfterMs) return;
    for (const one of this.#heard.values()) one.atMs = Math.min(nowMs, one.atMs + lateMs);
  }
}
