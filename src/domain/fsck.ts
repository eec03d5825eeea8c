/** What is wrong with a file, told from its record and the state of its keepers. */
import type { FileRecord } from './file-record.js';
import { type KeeperViews, replicaState } from './keeper-view.js';

type FileProblem = 'below target' | 'missing' | 'quarantined' | 'surplus';

export interface Finding {
  readonly problem: FileProblem;
  /** Live replicas. */
  readonly live: number;
  /** One clause for people. */
  readonly reason: string;
}

/** A file may have several findings; one that is as it should be has none. */
export function inspectFile(file: FileRecord, keepers: KeeperViews): readonly Finding[] {
  const replicas = file.replicas
    .filter((replica) => replica.standing !== 'dropping')
    .map((replica) => ({
      keeper: replica.keeper,
      state: replicaState(replica, keepers),
      isUnreadable: replica.unreadable === true,
    }));
  const live = replicas.filter(({ state }) => state === 'live').length;
  const others = replicas.filter(({ state }) => state !== 'live');
  const told = others
    .map(({ keeper, state, isUnreadable }) =>
      isUnreadable && state === 'unverified' ? `unreadable on ${keeper}` : `${state} on ${keeper}`,
    )
    .join(', ');
  const findings: Finding[] = [];
  if (replicas.every(({ state }) => state === 'lost' || state === 'quarantined'))
    findings.push({ problem: 'missing', live, reason: told || 'no keeper holds it' });
  else if (live < file.target)
    findings.push({
      problem: 'below target',
      live,
      reason: told || `only ${live} of ${file.target} replicas have been made`,
    });
  else if (live > file.target)
    findings.push({
      problem: 'surplus',
      live,
      reason: `${live - file.target} more than its target`,
    });
  for (const { keeper, state } of others)
    if (state === 'quarantined')
      findings.push({
        problem: 'quarantined',
        live,
        reason: `its bytes on ${keeper} were found wrong`,
      });
  return findings;
}
