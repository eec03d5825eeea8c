/** A dialler that sends whatever bytes a test wants. */
import { once } from 'node:events';
import net from 'node:net';
import { encodeGreeting, encodeRequest, keeperGreetingBytes } from '../../src/transfer/frames.js';
import { proveRequest, type SignedTicket } from '../../src/transfer/ticket-proof.js';

export class RawPeer {
  readonly #socket: net.Socket;
  readonly #closed: Promise<unknown>;
  #heard = Buffer.alloc(0);
  #onGreeting: () => void = () => undefined;

  static async dial(port: number): Promise<RawPeer> {
    const socket = net.connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    await once(socket, 'connect');
    return new RawPeer(socket);
  }

  private constructor(socket: net.Socket) {
    this.#socket = socket;
    this.#closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => {
      this.#heard = Buffer.concat([this.#heard, bytes]);
      if (this.#heard.length >= keeperGreetingBytes) this.#onGreeting();
    });
    socket.on('end', () => socket.end());
  }

  /** What came after the keeper's greeting. */
  get heard(): Buffer {
    return this.#heard.subarray(keeperGreetingBytes);
  }

  /** The code and the detail of the verdict that came first. */
  get verdict(): { readonly code: number; readonly detail: string } | undefined {
    if (this.heard.length < 4 || this.heard.readUInt8() !== 4) return undefined;
    const length = this.heard.readUInt16BE(2);
    return { code: this.heard.readUInt8(1), detail: this.heard.toString('utf8', 4, 4 + length) };
  }

  /** Waits for the keeper's greeting and gives the challenge in it. */
  async greet(): Promise<Buffer> {
    const greeted = new Promise<void>((resolve) => {
      this.#onGreeting = resolve;
    });
    this.send(encodeGreeting());
    const gone = this.#closed.then(() => {
      throw new Error('the keeper closed without a greeting');
    });
    if (this.#heard.length < keeperGreetingBytes) await Promise.race([greeted, gone]);
    gone.catch(() => undefined);
    return this.#heard.subarray(keeperGreetingBytes - 32, keeperGreetingBytes);
  }

  /** @returns the frame, to send it again elsewhere */
  request(challenge: Buffer, ticket: SignedTicket, head: Buffer, requestNumber = 0): Buffer {
    const proof = proveRequest(ticket.proofKey, { challenge, requestNumber, head });
    const frame = encodeRequest(proof, head);
    this.send(frame);
    return frame;
  }

  send(...parts: readonly Uint8Array[]): void {
    for (const part of parts) this.#socket.write(part);
  }

  end(): void {
    this.#socket.end();
  }

  /** Reads no more from the connection. */
  stopReading(): void {
    this.#socket.pause();
  }

  /** Resolves when the keeper has closed too. */
  async closed(): Promise<void> {
    await this.#closed;
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
