/** The bytes of a sender that must not dawdle: time counts only while it is the one that is waited for. */
import type { Readable } from 'node:stream';
import { ReelkeepError } from '../../domain/errors.js';
import { millis } from '../../domain/ids.js';
import { Pace, type PaceLimits } from '../../transfer/pace.js';
import { uploadLimits } from './upload-limits.js';

/** @throws ReelkeepError `unavailable` for one that is silent or too slow; what the stream throws */
export async function* pacedBytes(
  bytes: Readable,
  limits: PaceLimits = uploadLimits.pace,
): AsyncGenerator<Uint8Array, void, undefined> {
  let ownMs = 0;
  const waitedMs = () => millis(performance.now() - ownMs);
  const pace = new Pace(limits, waitedMs());
  let handedOverAt: number | undefined;
  const judging = setInterval(() => {
    if (handedOverAt !== undefined || pace.judge(waitedMs()).state === 'in time') return;
    bytes.destroy(new ReelkeepError('unavailable', 'the bytes of this upload came too slowly'));
  }, Math.min(limits.idleTimeoutMs, limits.rateWindowMs) / 10);
  try {
    for await (const chunk of chunksOf(bytes)) {
      pace.heard(chunk.byteLength, waitedMs());
      handedOverAt = performance.now();
      yield chunk;
      ownMs += performance.now() - handedOverAt;
      handedOverAt = undefined;
    }
  } finally {
    clearInterval(judging);
  }
}

/** Whoever stops reading says why, which would be lost if the stream were destroyed by that. */
const chunksOf = (bytes: Readable): AsyncIterable<Uint8Array> =>
  bytes.iterator({ destroyOnReturn: false });
