/** Counts the heartbeats that masters waited for in vain, whether they were lost, late, or never sent. */
import type { MonitorMessage } from '../../../src/actors/heartbeat-monitor/messages.js';
import type { KeeperId } from '../../../src/domain/ids.js';
import type { ThreadTraffic } from '../world/world.js';

export class HeartbeatsMissed {
  readonly #everyMs: number;
  readonly #heardMs = new Map<KeeperId, number>();
  #count = 0;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  get count(): number {
    return this.#count;
  }

  note({ thread, direction, message }: ThreadTraffic, nowMs: number): void {
    if (thread !== 'heartbeat-mon' || direction !== 'in') return;
    const told = message as MonitorMessage;
    if (told.type !== 'heartbeat') return;
    const beforeMs = this.#heardMs.get(told.keeper) ?? nowMs;
    this.#heardMs.set(told.keeper, nowMs);
    this.#count += Math.max(0, Math.round((nowMs - beforeMs) / this.#everyMs) - 1);
  }
}
