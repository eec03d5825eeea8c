/**
 * Questions for single files that are asked at the same time, and travel together.
 *
 * A call costs the master more than what it asks for. Whoever asks for one file waits for nobody:
 * a batch is what was asked for in the same turn.
 */
import { fromPlainError, isErrorCode, ReelkeepError } from '../../domain/errors.js';
import type { StatOutcome } from '../../rpc/generated/reelkeep/v1/client.js';
import type { File } from '../../rpc/generated/reelkeep/v1/common.js';
import { rpcLimits } from '../../rpc/limits.js';
import type { MasterConnection } from '../../rpc/master-connection.js';

export type StatCalls = Pick<MasterConnection, 'stat' | 'statMany'>;

interface Asked {
  readonly name: string;
  resolve(file: File | undefined): void;
  reject(error: unknown): void;
}

export class StatBatch {
  readonly #master: () => StatCalls;
  readonly #call: Parameters<StatCalls['stat']>[1];
  #asked: Asked[] = [];

  constructor(master: () => StatCalls, call: Parameters<StatCalls['stat']>[1]) {
    this.#master = master;
    this.#call = call;
  }

  /** @throws ReelkeepError as the master tells of this name */
  stat(name: string): Promise<File | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#asked.length === 0) queueMicrotask(() => this.#send());
      this.#asked.push({ name, resolve, reject });
    });
  }

  #send(): void {
    const all = this.#asked;
    this.#asked = [];
    const { statNamesMax } = rpcLimits;
    for (let from = 0; from < all.length; from += statNamesMax)
      void this.#ask(all.slice(from, from + statNamesMax));
  }

  /** Never rejects: each of them is told by itself. */
  async #ask(asked: readonly Asked[]): Promise<void> {
    const [first] = asked;
    try {
      if (asked.length === 1 && first !== undefined) {
        first.resolve((await this.#master().stat({ name: first.name }, this.#call)).file);
        return;
      }
      const names = asked.map(({ name }) => name);
      const { outcomes } = await this.#master().statMany({ names }, this.#call);
      for (const [at, one] of asked.entries()) settle(one, outcomes[at]);
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
}

function settle({ resolve, reject }: Asked, outcome: StatOutcome | undefined): void {
  if (outcome === undefined) reject(new ReelkeepError('internal', 'the master left a name out'));
  else if (outcome.file !== undefined) resolve(outcome.file);
  else {
    const { code, detail } = outcome;
    reject(fromPlainError({ code: isErrorCode(code) ? code : 'internal', detail }));
  }
}
