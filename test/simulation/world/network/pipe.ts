/**
 * One direction of a connection: first in, first out, nothing lost, whatever is wrong with the link.
 *
 * What is sent arrives as an event of the receiving process. It takes the next of those that are
 * under way, not one of its own, so that no rounding of times can change their order. What cannot
 * get through is held; unless that ends in time, the sender hears of it as ETIMEDOUT.
 */
import type { Chance } from '../chance.js';
import type { Kernel, KernelEvent } from '../kernel.js';
import type { End } from './end.js';
import type { LinkFaults } from './link-faults.js';

/** What a pipe needs of its network. */
export interface Wire {
  readonly kernel: Kernel;
  readonly chance: Chance;
  readonly faults: LinkFaults;
  readonly stats: NetworkStats;
  readonly bytesPerMs: number;
  readonly windowBytes: number;
  latencyMs(): number;
  isUp(address: string): boolean;
}

export interface NetworkStats {
  opened: number;
  refused: number;
  reset: number;
  timedOut: number;
  messages: number;
  bytes: number;
  /** Messages that met a cut link. */
  held: number;
  /** Messages that were lost and sent again. */
  lost: number;
  replayed: number;
}

export type Parcel =
  | { readonly kind: 'message'; readonly payload: unknown; readonly bytes: number }
  | { readonly kind: 'finish'; readonly bytes: 0 }
  | { readonly kind: 'reset'; readonly bytes: 0 };

const timedOutMs = { min: 60_000, max: 130_000 };
const resendMs = 200;
const resendsMax = 8;
/** A sender that tries again and again finds a healed link at the latest then. */
const noticedMsMax = 3_000;

export class Pipe {
  readonly #wire: Wire;
  readonly #from: End;
  readonly #to: End;
  readonly #port: number;
  readonly #underWay: Parcel[] = [];
  #held: Parcel[] = [];
  #arrivalMs = 0;
  #isStalled = false;
  #isBroken = false;
  #givingUp: KernelEvent | undefined;
  #isRoomAwaited = false;
  #isRoomTold = false;
  /** Sent, and not yet taken by the receiver. */
  #unreadBytes = 0;

  constructor(wire: Wire, from: End, to: End, port: number) {
    this.#wire = wire;
    this.#from = from;
    this.#to = to;
    this.#port = port;
  }

  get unreadBytes(): number {
    return this.#unreadBytes;
  }

  get #opposite(): Pipe {
    return this.#to.out;
  }

  /** Nothing gets through in this direction, for now or for good. */
  get isShut(): boolean {
    return this.#isStalled || this.#fault().isCut;
  }

  /** Nothing arrives earlier. */
  notBefore(atMs: number): void {
    this.#arrivalMs = Math.max(this.#arrivalMs, atMs);
  }

  /** For good. */
  stall(): void {
    this.#isStalled = true;
    if (this.#held.length > 0 || this.#underWay.length > 0) this.#giveUpSomeTime();
  }

  send(parcel: Parcel): void {
    if (this.#isBroken) return;
    this.#unreadBytes += parcel.bytes;
    this.#wire.stats.messages += 1;
    this.#wire.stats.bytes += parcel.bytes;
    const { stats } = this.#wire;
    if (this.#isForgotten()) {
      if (parcel.kind === 'message') this.#answerForgotten(0);
    } else if (this.#to.life === 'vanished' || this.#isStalled) this.#giveUpSomeTime();
    else if (this.#held.length > 0 || this.#fault().isCut) {
      stats.held += 1;
      this.#held.push(parcel);
      this.#giveUpSomeTime();
    } else {
      this.#launch(parcel, 0);
      if (this.#opposite.isShut) this.#giveUpSomeTime();
    }
  }

  /** Overtakes nothing; nothing comes after it. */
  breakOff(): void {
    if (this.#isBroken) return;
    this.send({ kind: 'reset', bytes: 0 });
    this.#isBroken = true;
  }

  /** The sender is gone without a word: what it could not send is lost. */
  vanish(): void {
    this.#isBroken = true;
    this.#held = [];
  }

  /** The receiver is gone without a word. */
  onReceiverVanished(): void {
    if (this.#underWay.length > 0 || this.#held.length > 0) this.#giveUpSomeTime();
  }

  /** The link may be whole again, or the receiver's machine run again: what waits is sent once more. */
  onHealed(): void {
    if (this.isShut) return;
    const noticedMs = this.#wire.chance.between(0, noticedMsMax);
    if (this.#isForgotten()) {
      if (this.#givingUp !== undefined) this.#answerForgotten(noticedMs);
      return;
    }
    if (this.#to.life === 'vanished') return;
    const held = this.#held;
    this.#held = [];
    for (const parcel of held) this.#launch(parcel, noticedMs);
    if (!this.#opposite.isShut) this.settle();
    this.tellRoom();
  }

  /** Nothing is waited for any more. */
  settle(): void {
    if (this.#givingUp !== undefined) this.#givingUp.isDue = false;
    this.#givingUp = undefined;
  }

  awaitRoom(): void {
    this.#isRoomAwaited = true;
    this.tellRoom();
  }

  taken(bytes: number): void {
    this.#unreadBytes -= bytes;
    this.tellRoom();
  }

  /** Told once half of the window is free, lest a slow reader draw single bytes. */
  tellRoom(): void {
    const { kernel, windowBytes } = this.#wire;
    if (!this.#isRoomAwaited || this.#isRoomTold || this.#from.life !== 'open') return;
    if (this.#unreadBytes > windowBytes / 2 || this.#opposite.isShut) return;
    this.#isRoomTold = true;
    const happen = (): void => {
      this.#isRoomTold = false;
      this.#isRoomAwaited = false;
      this.#from.onRoom();
    };
    kernel.afterIn(this.#from.process, this.#wire.latencyMs(), 'net room', happen);
  }

  #fault() {
    return this.#wire.faults.of(this.#from.local.address, this.#to.local.address, this.#port);
  }

  /** The system on the other side runs, and knows of no such connection. */
  #isForgotten(): boolean {
    if (this.#to.life === 'closed') return true;
    return this.#to.life === 'vanished' && this.#wire.isUp(this.#to.local.address);
  }

  #answerForgotten(extraMs: number): void {
    if (this.isShut || this.#opposite.isShut) this.#giveUpSomeTime();
    else this.#opposite.#answerReset(extraMs);
  }

  #launch(parcel: Parcel, extraMs: number): void {
    const passing = this.#spend(parcel);
    if (passing === undefined) return;
    const { kernel, chance, stats, bytesPerMs } = this.#wire;
    const { delayMs, slowness, loss } = this.#fault();
    let againMs = 0;
    for (let tries = 0; tries < resendsMax && loss > 0 && chance.isHit(loss); tries += 1) {
      againMs += resendMs * 2 ** tries;
      stats.lost += 1;
    }
    const now = kernel.nowMs;
    const writingMs = (passing.bytes / bytesPerMs) * slowness;
    const earliestMs = now + extraMs + againMs + delayMs + this.#wire.latencyMs() * slowness;
    this.#arrivalMs = Math.max(this.#arrivalMs, earliestMs) + writingMs;
    this.#underWay.push(passing);
    kernel.afterIn(this.#to.process, this.#arrivalMs - now, 'net message', () => this.#arrive());
  }

  /** What gets through of it before the direction stalls. */
  #spend(parcel: Parcel): Parcel | undefined {
    const from = this.#from.local.address;
    const to = this.#to.local.address;
    const bytes = this.#wire.faults.spend(from, to, this.#port, parcel.bytes);
    if (bytes === parcel.bytes) return parcel;
    this.#isStalled = true;
    this.#giveUpSomeTime();
    if (bytes === 0 || parcel.kind !== 'message') return undefined;
    const { payload } = parcel;
    if (!(payload instanceof Uint8Array)) return undefined;
    return { kind: 'message', payload: payload.subarray(0, bytes), bytes };
  }

  #arrive(): void {
    const parcel = this.#underWay.shift();
    if (parcel === undefined) return;
    if (this.#to.life === 'open') this.#to.take(parcel);
    else if (parcel.kind === 'message') this.#answerForgotten(0);
  }

  /** The system on the sending side says that it knows of no such connection. */
  #answerReset(extraMs: number): void {
    if (this.#isBroken && this.#underWay.some(({ kind }) => kind === 'reset')) return;
    this.#isBroken = true;
    if (this.#to.life !== 'open') return;
    const { kernel } = this.#wire;
    const delayMs = extraMs + this.#wire.latencyMs() + this.#wire.latencyMs();
    const atMs = Math.max(this.#arrivalMs, kernel.nowMs + delayMs);
    this.#arrivalMs = atMs;
    this.#underWay.push({ kind: 'reset', bytes: 0 });
    kernel.afterIn(this.#to.process, atMs - kernel.nowMs, 'net reset', () => this.#arrive());
  }

  #giveUpSomeTime(): void {
    if (this.#givingUp !== undefined || this.#from.life !== 'open') return;
    const delayMs = this.#wire.chance.between(timedOutMs.min, timedOutMs.max);
    this.#givingUp = this.#wire.kernel.afterIn(this.#from.process, delayMs, 'net timeout', () => {
      this.#givingUp = undefined;
      this.#wire.stats.timedOut += 1;
      this.#from.fail('ETIMEDOUT');
    });
  }
}
