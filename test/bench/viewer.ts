/** Someone who watches: asks from one place on, takes so much, at a pace if he has one, and leaves. */
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface Piece {
  readonly bytes: Buffer;
  /** Where it lies in the film. */
  readonly at: number;
}

export interface Watching {
  readonly from: number;
  /** Less when the film ends before. */
  readonly bytes: number;
  /** As fast as it comes without it. */
  readonly bytesPerSecond?: number;
  readonly onPiece: (piece: Piece) => Promise<void>;
}

/** @returns how long the first byte took; rejects when the answer is none, or breaks off */
export async function watch(url: string, watching: Watching): Promise<{ firstMs: number }> {
  const { from, bytes, bytesPerSecond, onPiece } = watching;
  const begunMs = performance.now();
  const answer = await ask(url, from);
  let firstMs: number | undefined;
  let at = from;
  try {
    for await (const piece of answer as AsyncIterable<Buffer>) {
      firstMs ??= performance.now() - begunMs;
      await onPiece({ bytes: piece, at });
      at += piece.length;
      if (at - from >= bytes) break;
      if (bytesPerSecond === undefined) continue;
      const dueMs = begunMs + firstMs + ((at - from) / bytesPerSecond) * 1000;
      await delay(Math.max(0, dueMs - performance.now()));
    }
  } finally {
    answer.destroy();
  }
  if (firstMs === undefined) throw new Error('not a byte came');
  return { firstMs };
}

function ask(url: string, from: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = get(url, { headers: { range: `bytes=${from}-` }, agent: false }, (answer) => {
      if (answer.statusCode === 206) return resolve(answer);
      answer.resume();
      reject(new Error(`the gateway answers ${answer.statusCode}`));
    });
    asked.once('error', reject);
  });
}
