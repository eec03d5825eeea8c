/**
 * The reading half of a connection: one frame at a time, asked for by `receive`.
 *
 * Bytes are read only while somebody waits for a frame, which is the
 * back-pressure. The buffer of a chunk stays in use until its `receive` has
 * settled: a rejection comes either between frames or after the socket is
 * destroyed, so the socket never writes into a buffer that was given back.
 */
import assert from 'node:assert/strict';
import { type ErrorCode, ReelkeepError } from '../domain/errors.js';
import { millis } from '../domain/ids.js';
import { type Expectation, FrameDecoder, FrameError, type Greeting } from './frame-decoder.js';
import type { Frame } from './frames.js';
import type { TransferLimits } from './limits.js';
import { Pace } from './pace.js';
import type { ByteInlet } from './socket-reads.js';

/** How long the peer may take: to keep pace, a fixed time, or as long as it likes. */
export type Patience =
  | { readonly kind: 'pace' }
  | { readonly kind: 'within'; readonly ms: number }
  | { readonly kind: 'endless' };

export interface InletOptions {
  readonly limits: TransferLimits;
  readonly greetingBytes: number;
  /** What it is called when the peer does not keep to the protocol. */
  readonly violationCode: ErrorCode;
  /** Must destroy the socket: the peer is too slow, or spoke when nobody listened. */
  onHopeless(error: ReelkeepError): void;
}

interface Pending {
  readonly pace: Pace | undefined;
  timer: NodeJS.Timeout | undefined;
  resolve(complete: Frame | Greeting): void;
  reject(error: ReelkeepError): void;
}

const discardBytes = 64 * 1024;
const now = () => millis(performance.now());

export class FrameInlet implements ByteInlet {
  readonly #options: InletOptions;
  readonly #decoder: FrameDecoder;
  #pending: Pending | undefined;
  #failure: ReelkeepError | undefined;
  #discards: Buffer | undefined;

  constructor(options: InletOptions) {
    this.#options = options;
    this.#decoder = new FrameDecoder(options.limits, options.greetingBytes);
  }

  greeting(patience: Patience): Promise<Buffer> {
    return this.#wait(patience).then((complete) => {
      assert(complete.type === 'greeting');
      return complete.bytes;
    });
  }

  receive<Expected extends Expectation>(
    expected: Expected,
    patience: Patience,
  ): Promise<Extract<Frame, { type: Expected['accept'][number] }>> {
    if (this.#failure === undefined) this.#decoder.expect(expected);
    return this.#wait(patience) as Promise<Extract<Frame, { type: Expected['accept'][number] }>>;
  }

  /** Whatever else comes is read and dropped. */
  discard(): void {
    this.#discards ??= Buffer.allocUnsafe(discardBytes);
  }

  /** The socket is destroyed: nothing will be received any more. */
  fail(error: ReelkeepError): void {
    this.#failure ??= error;
    this.#settle()?.reject(this.#failure);
  }

  window(): Uint8Array {
    return this.#discards ?? this.#decoder.window();
  }

  arrived(count: number): boolean {
    if (this.#discards !== undefined) return true;
    const pending = this.#pending;
    if (pending === undefined) {
      this.discard();
      this.#options.onHopeless(this.#violation('it spoke out of turn'));
      return false;
    }
    pending.pace?.heard(count, now());
    try {
      const complete = this.#decoder.advance(count);
      if (complete === undefined) return true;
      this.#settle()?.resolve(complete);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.discard();
      this.fail(this.#violation(error.message, error));
    }
    return false;
  }

  #wait(patience: Patience): Promise<Frame | Greeting> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    assert(this.#pending === undefined, 'one frame is received at a time');
    return new Promise((resolve, reject) => {
      const pace = patience.kind === 'pace' ? new Pace(this.#options.limits, now()) : undefined;
      const pending: Pending = { pace, timer: undefined, resolve, reject };
      this.#pending = pending;
      if (pace !== undefined) this.#watchPace(pending, pace);
      if (patience.kind === 'within') {
        const late = () => this.#late(`nothing whole came within ${patience.ms} ms`);
        pending.timer = setTimeout(late, patience.ms);
      }
    });
  }

  #watchPace(pending: Pending, pace: Pace): void {
    const verdict = pace.judge(now());
    if (verdict.state === 'in time') {
      const again = () => this.#watchPace(pending, pace);
      pending.timer = setTimeout(again, Math.max(1, verdict.judgeAgainAt - now()));
    } else {
      this.#late(`the peer is ${verdict.state}`);
    }
  }

  #late(detail: string): void {
    this.#options.onHopeless(new ReelkeepError('unavailable', detail));
  }

  #settle(): Pending | undefined {
    const pending = this.#pending;
    clearTimeout(pending?.timer);
    this.#pending = undefined;
    return pending;
  }

  #violation(detail: string, cause?: unknown): ReelkeepError {
    const code = this.#options.violationCode;
    return new ReelkeepError(code, `the peer broke the transfer protocol: ${detail}`, { cause });
  }
}
