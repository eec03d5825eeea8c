/** What is known of keepers from the chunks that they were asked for one by one: who is busy, slow, or failed. */
import { type KeeperId, type Millis, millis } from '../../domain/ids.js';
import { orderSources, type SourceHistory } from '../../domain/source-order.js';
import { arrivedAt, rested, type SourcePace, unknownPace } from '../../domain/source-pace.js';
import type { TransferSource } from '../../domain/transfer-source.js';
import type { ArrivedChunk } from '../../transfer/chunk-source.js';
import type { GetOrder } from '../../transfer/transfer-connection.js';
import type { KeeperLender, Lease, Whereabouts } from '../runtime/keeper-connections.js';
import { buffersOfAnswer } from './answer-buffers.js';
import type { KnownPaces } from './fetch-plan.js';

interface Known {
  pace: SourcePace;
  inFlight: number;
  askedAt?: Millis;
  failedAt?: Millis | undefined;
}

const now = (): Millis => millis(performance.now());

export class BusyKeepers implements KeeperLender {
  readonly #lender: KeeperLender;
  readonly #known = new Map<KeeperId, Known>();
  #rotation = 0;
  #receivedBytes = 0;

  constructor(lender: KeeperLender) {
    this.#lender = lender;
  }

  /** Of chunks that came whole, right or wrong. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** Best first. */
  inOrder(sources: readonly TransferSource[]): readonly TransferSource[] {
    this.#rotation += 1;
    return orderSources(sources, (keeper) => this.#historyOf(keeper), now(), this.#rotation);
  }

  /**
   * What a single request may expect of each: as much as of the fastest. Who is slower was asked
   * because others are busy, and nobody is to take over from him before he has kept the chunk
   * waiting for longer than that.
   */
  expectedOf(sources: readonly TransferSource[]): KnownPaces {
    const known = sources.flatMap(({ keeper }) => this.#of(keeper).pace.chunkMs ?? []);
    if (known.length === 0) return new Map();
    const bestMs = Math.min(...known);
    return new Map(sources.map(({ keeper }) => [keeper, bestMs]));
  }

  async take(source: Whereabouts, signal: AbortSignal): Promise<Lease> {
    const known = this.#of(source.keeper);
    known.inFlight += 1;
    known.askedAt = now();
    let lease: Lease;
    try {
      lease = await this.#lender.take(source, signal);
    } catch (error) {
      known.inFlight -= 1;
      if (!signal.aborted) known.failedAt = now();
      throw error;
    }
    const release = (): void => {
      known.inFlight -= 1;
      lease.release();
    };
    const { connection } = lease;
    const get = (order: GetOrder): Promise<void> => this.#get(known, connection, order);
    return {
      ...lease,
      connection: {
        get,
        put: (order) => connection.put(order),
        manifest: (order) => connection.manifest(order),
      },
      release,
    };
  }

  async #get(known: Known, connection: Lease['connection'], order: GetOrder): Promise<void> {
    const waitingSince = now();
    const onChunk = async (chunk: ArrivedChunk): Promise<void> => {
      this.#receivedBytes += chunk.length;
      known.pace = rested(arrivedAt({ ...known.pace, waitingSince }, now(), chunk.length));
      await order.onChunk(chunk);
    };
    try {
      const buffers = buffersOfAnswer(order.buffers, order.range.count);
      await connection.get({ ...order, buffers, onChunk });
      known.failedAt = undefined;
    } catch (error) {
      if (!order.signal?.aborted) known.failedAt = now();
      throw error;
    }
  }

  #historyOf(keeper: KeeperId): SourceHistory {
    const { pace, ...history } = this.#of(keeper);
    return { ...history, chunkMs: pace.chunkMs };
  }

  #of(keeper: KeeperId): Known {
    const known = this.#known.get(keeper) ?? { pace: unknownPace, inFlight: 0 };
    this.#known.set(keeper, known);
    return known;
  }
}
