/**
 * TLS sockets that decrypt straight into the memory their bytes are for.
 *
 * As plain sockets do it (`socket-reads.ts`), but for two things. `onread` is there for sockets that
 * dial alone, so what it sets is set here by the names that Node gives it; a runtime that has others
 * gets the copy. And a TLS socket that is told to stop hands over what it has decrypted already, its
 * end included: that is kept aside, and comes first when reading goes on.
 */
import type { TLSSocket } from 'node:tls';
import { type ByteInlet, copyReads, type Reads } from './socket-reads.js';

interface Handle {
  useUserBuffer(buffer: Uint8Array): void;
}

/** What `onread` sets in a socket. */
interface Slots {
  readonly buffer: symbol;
  readonly callback: symbol;
  readonly generator: symbol;
}

/**
 * Where bytes go for which there is no memory yet. One for all sockets: what is written there is
 * taken out before anything else happens.
 */
const scratch = Buffer.allocUnsafeSlow(64 * 1024);

/** @param socket on which nothing has been read yet */
export function readTls(socket: TLSSocket, inlet: ByteInlet): Reads {
  const slots = slotsOf(socket);
  const { _handle: handle } = socket as unknown as { readonly _handle: Partial<Handle> | null };
  return slots === undefined || typeof handle?.useUserBuffer !== 'function'
    ? copyReads(socket, inlet)
    : new DirectReads(socket, inlet, slots, handle as Handle);
}

class DirectReads implements Reads {
  readonly socket: TLSSocket;
  readonly #inlet: ByteInlet;
  /** What the next bytes are decrypted into. */
  #window: Uint8Array;
  #aside = Buffer.alloc(0);
  #isStopped = false;
  #hasEnded = false;
  #onEnd: () => void = () => undefined;

  constructor(socket: TLSSocket, inlet: ByteInlet, slots: Slots, handle: Handle) {
    this.socket = socket.setNoDelay();
    this.#inlet = inlet;
    this.#window = inlet.window();
    const set = (slot: symbol, value: unknown) => Object.assign(socket, { [slot]: value });
    set(slots.buffer, this.#window);
    set(slots.callback, (count: number) => this.#arrived(count));
    set(slots.generator, () => this.#nextWindow());
    handle.useUserBuffer(this.#window);
    socket.on('end', () => {
      this.#hasEnded = true;
      this.#tellEnd();
    });
  }

  resume(): void {
    this.#isStopped = false;
    this.#drain();
    if (!this.#isStopped) this.socket.resume();
  }

  pause(): void {
    this.#isStopped = true;
    this.socket.pause();
  }

  onEnd(listener: () => void): void {
    this.#onEnd = listener;
    this.#tellEnd();
  }

  /** @returns whether to go on reading */
  #arrived(count: number): boolean {
    if (this.#isStopped || this.#window === scratch) {
      this.#aside = Buffer.concat([this.#aside, this.#window.subarray(0, count)]);
      if (!this.#isStopped) this.#drain();
    } else {
      this.#isStopped = !this.#inlet.arrived(count);
    }
    return !this.#isStopped;
  }

  /** While reading is stopped, the memory of the next frame may not be there, or not be ours any more. */
  #nextWindow(): Uint8Array {
    this.#window = this.#isStopped ? scratch : this.#inlet.window();
    return this.#window;
  }

  #drain(): void {
    while (this.#aside.length > 0 && !this.#isStopped) {
      const window = this.#inlet.window();
      const count = Math.min(window.length, this.#aside.length);
      window.set(this.#aside.subarray(0, count));
      this.#aside = this.#aside.subarray(count);
      this.#isStopped = !this.#inlet.arrived(count);
    }
    this.#tellEnd();
  }

  #tellEnd(): void {
    if (this.#hasEnded && this.#aside.length === 0) this.#onEnd();
  }
}

function slotsOf(socket: TLSSocket): Slots | undefined {
  const named = (name: string): symbol | undefined =>
    Object.getOwnPropertySymbols(socket).find(({ description }) => description === name);
  const [buffer, callback, generator] = ['kBuffer', 'kBufferCb', 'kBufferGen'].map(named);
  return buffer === undefined || callback === undefined || generator === undefined
    ? undefined
    : { buffer, callback, generator };
}
