/** Flow control of one direction of one call: the sender's side, and the receiver's. */
import { nextTick } from 'node:process';
import { streamWindowBytes } from './grpc-frames.js';

/** A write is done when what was written fits into the window; the next one waits for that. */
export class SendCredit {
  #unreadBytes = 0;
  #onRoom: (() => void) | undefined;

  spend(bytes: number, onWritten: () => void): void {
    this.#unreadBytes += bytes;
    if (this.#unreadBytes < streamWindowBytes) nextTick(onWritten);
    else this.#onRoom = onWritten;
  }

  refill(bytes: number): void {
    this.#unreadBytes -= bytes;
    if (this.#unreadBytes >= streamWindowBytes) return;
    const onRoom = this.#onRoom;
    this.#onRoom = undefined;
    onRoom?.();
  }
}

/** Tells of what was read when it is half of the window. */
export class ReceiveCredit {
  readonly #tell: (bytes: number) => void;
  #readBytes = 0;

  constructor(tell: (bytes: number) => void) {
    this.#tell = tell;
  }

  read(bytes: number): void {
    this.#readBytes += bytes;
    if (this.#readBytes < streamWindowBytes / 2) return;
    this.#tell(this.#readBytes);
    this.#readBytes = 0;
  }
}
