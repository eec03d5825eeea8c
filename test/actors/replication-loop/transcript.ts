/** The replication loop as a transcript: messages in, one line an effect out. */
import { createReplicationLoop } from '../../../src/actors/replication-loop/behavior.js';
import type {
  ReplicationEffect,
  ReplicationMessage,
} from '../../../src/actors/replication-loop/messages.js';
import type { FileRecord } from '../../../src/domain/file-record.js';
import { keeperId, millis } from '../../../src/domain/ids.js';
import type { KeeperView } from '../../../src/domain/keeper-view.js';
import {
  type ReplicationLimits,
  resolveReplicationLimits,
} from '../../../src/domain/replication-limits.js';
import { idOf, viewOf } from '../../domain/replication-builders.js';

export const tick: ReplicationMessage = { type: 'tick' };

export const view = (name: string, given: Partial<KeeperView> = {}): ReplicationMessage => ({
  type: 'keeper changed',
  view: viewOf(name, given),
});
export const joined = (...names: readonly string[]) => names.map((name) => view(name));
export const changed = (file: FileRecord): ReplicationMessage => ({ type: 'file changed', file });
export const surveyed = (name: string, files: readonly FileRecord[]): ReplicationMessage => ({
  type: 'files surveyed',
  scope: { keeper: keeperId(name) },
  files,
});
export const surveyedAll = (files: readonly FileRecord[]) =>
  ({ type: 'files surveyed', scope: { all: true }, files }) as const;
export const copy = (number: number, destination: string) => ({
  fileId: idOf(number),
  destination: keeperId(destination),
});
export const drop = (number: number, keeper: string) => ({
  fileId: idOf(number),
  keeper: keeperId(keeper),
});

export const isOrder = (line: string): boolean => /^(copy|drop)/.test(line);

/** A loop that has surveyed a table without files in need, and knows the keepers named. */
export function serving(keepers: readonly string[], limits: Partial<ReplicationLimits> = {}) {
  const loop = start(limits);
  loop.tell(0, ...joined(...keepers), { type: 'mode changed', mode: 'serving' }, surveyedAll([]));
  loop.take();
  return loop;
}

export function start(limits: Partial<ReplicationLimits> = {}) {
  const behavior = createReplicationLoop(resolveReplicationLimits(limits));
  let state = behavior.initial;
  let log: string[] = [];
  let counted = '';
  /** Counts that differ in nothing but whether they are settled are told once. */
  const isNews = (line: string): boolean => {
    if (!line.startsWith('counts')) return true;
    const isSame = line === counted;
    counted = line;
    return !isSame;
  };
  const tell = (atMs: number, ...messages: readonly ReplicationMessage[]): void => {
    for (const message of messages) {
      const step = behavior.receive(state, message, millis(atMs));
      state = step.state;
      log.push(...step.effects.map(lineOf).filter(isNews));
    }
  };
  return {
    tell,
    /** What was said since the last time. */
    take(): readonly string[] {
      const said = log;
      log = [];
      return said;
    },
  };
}

function lineOf(effect: ReplicationEffect): string {
  const short = (id: string): string => String(Number.parseInt(id, 16));
  switch (effect.type) {
    case 'copy':
      return `copy ${short(effect.fileId)} ${effect.sources[0]} -> ${effect.destination}`;
    case 'drop': {
      const staying = effect.staying.map(({ keeper }) => keeper).join(' ');
      return `drop ${short(effect.fileId)} ${effect.why} ${effect.keeper}#${effect.incarnation}, staying ${staying}`;
    }
    case 'survey': {
      const scope = 'all' in effect.scope ? 'all' : effect.scope.keeper;
      return `survey ${scope}${effect.after === undefined ? '' : ` after ${short(effect.after)}`}`;
    }
    case 'counts': {
      const { belowTarget, missing, copiesInFlight, surplus } = effect.counts;
      const all = { below: belowTarget, missing, copies: copiesInFlight, surplus };
      const some = Object.entries(all).filter(([, count]) => count > 0);
      const text = some.map(([name, count]) => `${count} ${name}`).join(', ');
      return `counts ${text || 'none'}`;
    }
  }
}
