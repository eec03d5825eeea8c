/** What a client's exit code and output say, in the words of a history. */
import type { ProgramRun } from '../../src/cli/local/run-program.js';
import { type ErrorCode, isErrorCode } from '../../src/domain/errors.js';
import type { Call, Outcome } from '../simulation/history/operations.js';
import type { Task } from './plan.js';

interface ShownReplica {
  readonly keeper: string;
  readonly state: string;
  readonly path: string;
}

export interface ShownFile {
  readonly name: string;
  readonly fileId: string;
  readonly size: number;
  readonly digest: string;
  readonly target: number;
  readonly replicas: readonly ShownReplica[];
}

export function callOf(task: Task): { readonly name: string; readonly call: Call } {
  switch (task.type) {
    case 'put':
      return {
        name: task.name,
        call: { type: 'put', content: `t${task.tint}`, replace: task.replace },
      };
    case 'rename':
      return { name: task.name, call: { type: 'rename', to: task.to } };
    case 'list':
      return { name: '', call: { type: 'list', prefix: '' } };
    default:
      return { name: task.name, call: { type: task.type } };
  }
}

/** The command line of a task, and where it reads its film from or writes it to. */
export function argsOf(task: Task, local: string): readonly string[] {
  switch (task.type) {
    case 'put': {
      const { name, acks, target, replace } = task;
      const counts = ['--acks', `${acks}`, '--target', `${target}`];
      return ['put', local, '--as', name, ...counts, ...(replace ? ['--replace'] : [])];
    }
    case 'get':
      return ['get', task.name, '-o', local];
    case 'stat':
      return ['stat', task.name];
    case 'remove':
      return ['rm', task.name];
    case 'rename':
      return ['mv', task.name, task.to];
    case 'list':
      return ['ls'];
  }
}

/** Of a client that ended by itself and not well; `internal` when it did not say why. */
export function refusalOf({ stderr }: ProgramRun): ErrorCode {
  const line = stderr.trim().split('\n').at(-1) ?? '';
  try {
    const { error } = JSON.parse(line) as { error?: { code?: string } };
    return error?.code !== undefined && isErrorCode(error.code) ? error.code : 'internal';
  } catch (error) {
    if (error instanceof SyntaxError) return 'internal';
    throw error;
  }
}

export const filesIn = (stdout: string): readonly ShownFile[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ShownFile);

/** Codes with which a well-formed command on a sound machine has no reason to end. */
export const defects: ReadonlySet<ErrorCode> = new Set([
  'internal',
  'usage',
  'not-allowed',
  'partial',
  'no-space',
  'refused-input',
]);

export const tellOutcome = (outcome: Outcome): string =>
  outcome.type === 'refused' ? outcome.code : outcome.type;
