/** Whether a decoder did with some bytes what it may, and at what cost. */
import process from 'node:process';
import { isDeepStrictEqual } from 'node:util';
import { getHeapStatistics } from 'node:v8';
import type { Decoder, Outcome } from './decoder.js';

export interface Trial {
  readonly input: Uint8Array;
  /** The valid bytes of which `input` was made; absent for bytes from nowhere. */
  readonly whole?: Uint8Array;
}

export type Judgement =
  | { readonly ok: true; readonly outcome: Outcome }
  /** `why` is a sentence for people. */
  | { readonly ok: false; readonly why: string };

/** Of the processor, for an input of a megabyte at most. */
const decodeMsMax = 3_000;
/** Allocated for a value, and for each byte that was given: a message of two bytes becomes an object. */
const allocatedBytesMax = 4 * 1024 * 1024;
const allocatedPerByteMax = 400;

export function judge(decoder: Decoder, { input, whole }: Trial): Judgement {
  const tried = tryOut(decoder, input);
  if (!tried.ok) return tried;
  const why = whatIsWrong(decoder, tried.outcome, { input, ...(whole && { whole }) });
  return why === undefined ? tried : { ok: false, why };
}

function tryOut(decoder: Decoder, input: Uint8Array): Judgement {
  const bytes = Buffer.from(input);
  const before = allocatedBytes();
  const begunMs = busyMs();
  let outcome: Outcome;
  try {
    outcome = decoder.decode(bytes);
  } catch (error) {
    return { ok: false, why: `it threw ${textOf(error)}` };
  }
  const tookMs = busyMs() - begunMs;
  // Garbage is counted too, unless it has been collected: this errs to the decoder's favour alone.
  const grownBytes = allocatedBytes() - before;
  if (tookMs > decodeMsMax) return { ok: false, why: `it took ${Math.round(tookMs)} ms` };
  if (grownBytes > allocatedBytesMax + allocatedPerByteMax * input.length)
    return { ok: false, why: `it allocated ${grownBytes} bytes for ${input.length}` };
  if (!bytes.equals(input)) return { ok: false, why: 'it changed the bytes that it was given' };
  return { ok: true, outcome };
}

function whatIsWrong(decoder: Decoder, outcome: Outcome, trial: Trial): string | undefined {
  const { input, whole } = trial;
  // What was to damage them may have left the bytes as they were.
  const isWhole = whole !== undefined && Buffer.compare(input, whole) === 0;
  if (outcome.type === 'refused')
    return isWhole ? `it refused what is valid: ${outcome.why}` : undefined;
  if (whole !== undefined && !isWhole && !isTakenRightly(decoder, whole, outcome.value))
    return 'it took damaged bytes for something else than they were';
  return whatEncodingLoses(decoder, outcome.value);
}

function isTakenRightly(decoder: Decoder, whole: Uint8Array, value: unknown): boolean {
  if (decoder.mayBecome === undefined) return true;
  const was = decoder.decode(Buffer.from(whole));
  return was.type === 'decoded' && decoder.mayBecome(was.value, value);
}

function whatEncodingLoses(decoder: Decoder, value: unknown): string | undefined {
  if (decoder.encode === undefined) return undefined;
  try {
    const again = decoder.decode(Buffer.from(decoder.encode(value)));
    if (again.type === 'refused')
      return `what it decoded is refused when it is encoded again: ${again.why}`;
    return isDeepStrictEqual(again.value, value)
      ? undefined
      : 'what it decoded is another when it is encoded again';
  } catch (error) {
    return `what it decoded cannot be encoded again: ${textOf(error)}`;
  }
}

/** Of the processor: a machine may be busy with other things. */
function busyMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** What lies outside the heap is told beside it. */
function allocatedBytes(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

const textOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
