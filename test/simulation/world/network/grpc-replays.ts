/**
 * Requests that come once more, much later: what keepers once asked of a master is kept, and given
 * to whichever master listens at that address when the injector wants it. The answer goes nowhere.
 */
import type { Chance } from '../chance.js';
import type { SimProcess } from '../sim-process.js';
import type { Network } from './network.js';

/** A server as replays know it. */
export interface ReplayTarget {
  readonly process: SimProcess;
  replay(path: string, request: Buffer): void;
}

interface Kept {
  readonly address: string;
  readonly path: string;
  readonly request: Buffer;
}

const keptMax = 200;
const keeperService = '/reelkeep.v1.KeeperService/';

export class GrpcReplays {
  readonly #network: Network;
  readonly #targets = new Map<string, ReplayTarget>();
  readonly #kept: Kept[] = [];

  constructor(network: Network) {
    this.#network = network;
  }

  /** Answers how to take the server back. */
  add(address: string, target: ReplayTarget): () => void {
    this.#targets.set(address, target);
    return () => {
      if (this.#targets.get(address) === target) this.#targets.delete(address);
    };
  }

  record(address: string, path: string, request: Buffer): void {
    if (!path.startsWith(keeperService)) return;
    const kept = { address, path, request };
    if (this.#kept.length < keptMax) this.#kept.push(kept);
    else this.#kept[this.#network.chance.int(0, keptMax - 1)] = kept;
  }

  /** Of a method that was called, each as likely as the others; answers whether there was one whose server runs. */
  replayOne(chance: Chance): boolean {
    const candidates = this.#kept.filter(({ address }) => this.#targets.has(address));
    if (candidates.length === 0) return false;
    const method = chance.pick([...new Set(candidates.map(({ path }) => path))]);
    const { address, path, request } = chance.pick(
      candidates.filter(({ path }) => path === method),
    );
    const target = this.#targets.get(address);
    if (target === undefined) return false;
    const delayMs = this.#network.latencyMs();
    this.#network.stats.replayed += 1;
    this.#network.kernel.afterIn(target.process, delayMs, 'grpc replay', () =>
      target.replay(path, request),
    );
    return true;
  }
}
