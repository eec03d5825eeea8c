/** How a command tells that it failed: one clear line or one JSON object on stderr, and an exit code. */
import { type ErrorCode, exitCodeOf, toPlainError } from '../domain/errors.js';
import { plainText } from './plain-text.js';

export interface Failure {
  readonly code: ErrorCode | 'interrupted';
  readonly message: string;
  readonly exit: number;
}

export function failureOf(error: unknown): Failure {
  const { code, detail } = toPlainError(error);
  return { code, message: oneLine(detail), exit: exitCodeOf(code) };
}

/** @param program what the line begins with, such as `reelkeep` */
export function failureText(failure: Failure, program: string, json: boolean): string {
  return json ? JSON.stringify({ error: failure }) : `${program}: ${failure.message}`;
}

const oneLine = (text: string): string => plainText(text.trim().replace(/\s*\n\s*/g, '; '));
