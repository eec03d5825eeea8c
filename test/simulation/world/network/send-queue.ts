/** What a socket has been told to send and has not sent: taken in pieces as large as chance has it. */
import type { Chance } from '../chance.js';

const segmentBytesMax = 64 * 1024;
const wholeSegments = 0.75;

export class SendQueue {
  #parts: Uint8Array[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  add(parts: readonly Uint8Array[]): void {
    for (const part of parts) {
      if (part.length === 0) continue;
      this.#parts.push(part);
      this.#bytes += part.length;
    }
  }

  clear(): void {
    this.#parts = [];
    this.#bytes = 0;
  }

  /** A copy: the writer may use its memory again as soon as it is told. */
  take(bytesMax: number, chance: Chance): Uint8Array {
    const most = Math.min(bytesMax, segmentBytesMax, this.#bytes);
    const bytes = chance.isHit(wholeSegments) ? most : Math.floor(chance.spread(1, most));
    const segment = Buffer.allocUnsafeSlow(bytes);
    for (let at = 0; at < bytes; ) {
      const part = this.#parts[0] as Uint8Array;
      const count = Math.min(part.length, bytes - at);
      segment.set(count === part.length ? part : part.subarray(0, count), at);
      at += count;
      if (count === part.length) this.#parts.shift();
      else this.#parts[0] = part.subarray(count);
    }
    this.#bytes -= bytes;
    return segment;
  }
}
