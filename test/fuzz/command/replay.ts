/** `npm run fuzz -- --replay FILE`: one input again. */
import process from 'node:process';
import type { Decoder } from '../decoder.js';
import { findingText } from '../finding-text.js';
import { judge } from '../judge.js';
import { type Found, readFound } from './found-file.js';

/** Answers the exit code: 0 when it is borne now, 1 when it is not, 2 for a file that holds no finding. */
export function replay(file: string, decoders: readonly Decoder[]): number {
  const found = readOrTell(file);
  const decoder = decoders.find(({ name }) => name === found?.decoder);
  if (found === undefined || decoder === undefined) {
    process.stderr.write(`${file} is no finding of a decoder that there is\n`);
    return 2;
  }
  const judgement = judge(decoder, found);
  process.stdout.write(
    judgement.ok
      ? `${decoder.name} bears it: ${JSON.stringify(judgement.outcome)}\n`
      : `${decoder.name}: ${findingText({ ...found, why: judgement.why })}\n`,
  );
  return judgement.ok ? 0 : 1;
}

function readOrTell(file: string): Found | undefined {
  try {
    return readFound(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${file} cannot be read: ${reason}\n`);
    return undefined;
  }
}
