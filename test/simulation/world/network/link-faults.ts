/**
 * What is wrong between machines: the knobs that whoever injects faults turns.
 *
 * A link is one direction from one address to another. With a port it means only the connections
 * that somebody accepted on that port, in whichever direction they carry bytes: heartbeats pass
 * while data does not. What is said of a link and of one of its ports adds up.
 */

export interface Link {
  readonly from: string;
  readonly to: string;
  /** The one that was dialled. */
  readonly port?: number;
}

export interface LinkFault {
  /** Messages are held and arrive late when the link is healed; connects do not get through. */
  readonly isCut: boolean;
  readonly delayMs: number;
  /** Multiplies what a message takes. */
  readonly slowness: number;
  /** Probability that a message is lost, and sent again after 200 ms; and again, after twice that. */
  readonly loss: number;
  /** After so many bytes, connections that use the link stall in this direction for good. */
  readonly stopAfterBytes: number;
}

export const sound: LinkFault = {
  isCut: false,
  delayMs: 0,
  slowness: 1,
  loss: 0,
  stopAfterBytes: Number.POSITIVE_INFINITY,
};

export class LinkFaults {
  readonly #faults = new Map<string, LinkFault>();
  readonly #onHealed: () => void;

  /** @param onHealed something that was cut may be whole again */
  constructor(onHealed: () => void) {
    this.#onHealed = onHealed;
  }

  /** What is not named stays as it was. */
  set(link: Link, fault: Partial<LinkFault>): void {
    const before = this.#faults.get(keyOf(link)) ?? sound;
    this.#faults.set(keyOf(link), { ...before, ...fault });
    if (before.isCut && fault.isCut === false) this.#onHealed();
  }

  heal(link: Link): void {
    if (this.#faults.delete(keyOf(link))) this.#onHealed();
  }

  healAll(): void {
    this.#faults.clear();
    this.#onHealed();
  }

  of(from: string, to: string, port: number): LinkFault {
    if (this.#faults.size === 0) return sound;
    const all = this.#faults.get(keyOf({ from, to }));
    const one = this.#faults.get(keyOf({ from, to, port }));
    if (all === undefined || one === undefined) return all ?? one ?? sound;
    return {
      isCut: all.isCut || one.isCut,
      delayMs: all.delayMs + one.delayMs,
      slowness: all.slowness * one.slowness,
      loss: Math.max(all.loss, one.loss),
      stopAfterBytes: Math.min(all.stopAfterBytes, one.stopAfterBytes),
    };
  }

  /** So many bytes are being sent; answers how many of them get through. */
  spend(from: string, to: string, port: number, bytes: number): number {
    if (this.#faults.size === 0) return bytes;
    let passing = bytes;
    for (const key of [keyOf({ from, to }), keyOf({ from, to, port })]) {
      const fault = this.#faults.get(key);
      if (fault === undefined || fault.stopAfterBytes === Number.POSITIVE_INFINITY) continue;
      passing = Math.min(passing, fault.stopAfterBytes);
      const stopAfterBytes = Math.max(0, fault.stopAfterBytes - bytes);
      this.#faults.set(key, { ...fault, stopAfterBytes });
    }
    return passing;
  }
}

const keyOf = ({ from, to, port }: Link): string =>
  port === undefined ? `${from}>${to}` : `${from}>${to}:${port}`;
