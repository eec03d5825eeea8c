/** Whether all is well with a cluster: every file has its target, and no keeper is lost. */
import type { KeeperState } from './keeper-view.js';

export interface ClusterSight {
  /** Of the master. */
  readonly mode: string;
  readonly keepers: readonly { readonly keeper: string; readonly state: KeeperState }[];
  /** Files. */
  readonly belowTarget: number;
  /** Files without a replica that counts. */
  readonly missing: number;
  /** All files have been looked at, so that the other numbers are whole. */
  readonly settled: boolean;
}

/** A reason for each thing that is not as it should be; none when all is well. */
export function judgeCluster(sight: ClusterSight): readonly string[] {
  const { mode, keepers, belowTarget, missing, settled } = sight;
  const lost = keepers.filter(({ state }) => state === 'lost').map(({ keeper }) => keeper);
  return [
    ...(mode === 'serving' ? [] : [`the master is in ${mode}`]),
    ...(lost.length === 0 ? [] : [`lost: ${listed(lost)}`]),
    ...(missing === 0 ? [] : [`${missing} files have no replica that counts`]),
    ...(belowTarget === 0 ? [] : [`${belowTarget} files are below their target`]),
    ...(settled ? [] : ['not all files have been looked at yet']),
  ];
}

/** More are not named. */
const namedMax = 16;

function listed(names: readonly string[]): string {
  const more = names.length - namedMax;
  const named = names.toSorted().slice(0, namedMax).join(', ');
  return more > 0 ? `${named} and ${more} more` : named;
}
