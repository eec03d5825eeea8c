/** The master's term as this keeper knows it: its epoch, its clock, and the keys of its tickets. */
import type { SeenInTerm } from '../../domain/term-line.js';
import type {
  RegisterResponse,
  SessionResponse,
  TicketKey,
} from '../../rpc/generated/reelkeep/v1/keeper.js';

/**
 * The one in use, the one before, and one more: the next one may have been told just before a new
 * registration brings another, and what the first has signed is to open all the same.
 */
const keysKept = 3;

export class Term {
  #epoch = 0;
  #id = '';
  #commit = 0;
  #acceptAny = false;
  #wantsFacts = false;
  #heartbeatEveryMs = 1_000;
  #clockAheadMs = 0;
  #keys: readonly TicketKey[] = [];

  get epoch(): number {
    return this.#epoch;
  }

  /** Of this term so far. */
  get seen(): SeenInTerm {
    return { termId: this.#id, commit: this.#commit };
  }

  /** The highest commit that a master of this epoch has told of. */
  get commit(): number {
    return this.#commit;
  }

  get acceptAny(): boolean {
    return this.#acceptAny;
  }

  /** The master made its table again, and asks for what manifests say. */
  get wantsFacts(): boolean {
    return this.#wantsFacts;
  }

  get heartbeatEveryMs(): number {
    return this.#heartbeatEveryMs;
  }

  begin(registered: RegisterResponse): void {
    this.#epoch = registered.epoch;
    this.#id = registered.termId;
    this.#commit = registered.commit;
    this.#acceptAny = registered.acceptAny;
    this.#wantsFacts = registered.wantsFacts;
    this.#heartbeatEveryMs = registered.heartbeatEveryMs;
    this.#follow(registered.masterClockMs);
    if (registered.ticketKey !== undefined) this.#takeKey(registered.ticketKey);
  }

  hear({ commit, masterClockMs, ticketKey }: SessionResponse): void {
    this.#commit = Math.max(this.#commit, commit);
    this.#follow(masterClockMs);
    if (ticketKey !== undefined && ticketKey.keyId !== this.keyId) this.#takeKey(ticketKey);
  }

  /** The master's monotonic clock as far as it is known here; it runs on while the master is away. */
  masterNowMs(): number {
    return performance.now() + this.#clockAheadMs;
  }

  /** Of the key in use; 0 before the first registration. */
  get keyId(): number {
    return this.#keys[0]?.keyId ?? 0;
  }

  keyOf(keyId: number): Uint8Array | undefined {
    return this.#keys.find((key) => key.keyId === keyId)?.secret;
  }

  #takeKey(key: TicketKey): void {
    this.#keys = [key, ...this.#keys].slice(0, keysKept);
  }

  #follow(masterClockMs: number): void {
    this.#clockAheadMs = masterClockMs - performance.now();
  }
}
