/** The words of the domain and their numbers on the wire, both ways. */
import type { KeeperState, ReplicaState } from '../domain/keeper-view.js';
import {
  FsckResponse_Problem,
  StatusResponse_Mode,
  StatusResponse_Security,
} from './generated/reelkeep/v1/client.js';
import {
  KeeperState as KeeperStateWire,
  ReplicaState as ReplicaStateWire,
} from './generated/reelkeep/v1/common.js';
import { ReportVerifiedRequest_Outcome as OutcomeWire } from './generated/reelkeep/v1/keeper.js';

export const replicaStates = {
  live: ReplicaStateWire.LIVE,
  unverified: ReplicaStateWire.UNVERIFIED,
  suspect: ReplicaStateWire.SUSPECT,
  lost: ReplicaStateWire.LOST,
  quarantined: ReplicaStateWire.QUARANTINED,
} as const satisfies Record<ReplicaState, ReplicaStateWire>;

export const keeperStates = {
  joining: KeeperStateWire.JOINING,
  alive: KeeperStateWire.ALIVE,
  suspect: KeeperStateWire.SUSPECT,
  lost: KeeperStateWire.LOST,
  draining: KeeperStateWire.DRAINING,
  retired: KeeperStateWire.RETIRED,
} as const satisfies Record<KeeperState, KeeperStateWire>;

/** What came of reading a replica. */
export const verifiedOutcomes = {
  sound: OutcomeWire.SOUND,
  quarantined: OutcomeWire.QUARANTINED,
  absent: OutcomeWire.ABSENT,
  unknown: OutcomeWire.UNKNOWN,
  unreadable: OutcomeWire.UNREADABLE,
} as const;

export const modes = {
  recovering: StatusResponse_Mode.RECOVERING,
  'safe mode': StatusResponse_Mode.SAFE,
  serving: StatusResponse_Mode.SERVING,
} as const;

export const securities = {
  loopback: StatusResponse_Security.LOOPBACK,
  insecure: StatusResponse_Security.INSECURE,
  tls: StatusResponse_Security.TLS,
} as const;

export const fsckProblems = {
  'below target': FsckResponse_Problem.BELOW_TARGET,
  missing: FsckResponse_Problem.MISSING,
  quarantined: FsckResponse_Problem.QUARANTINED,
  surplus: FsckResponse_Problem.SURPLUS,
} as const;

/** The word for what came over the wire; `fallback` for one that this version does not know. */
export function wordOf<Word extends string>(
  words: Readonly<Record<Word, string>>,
  wire: string,
  fallback: NoInfer<Word>,
): Word {
  for (const word of Object.keys(words) as Word[]) if (words[word] === wire) return word;
  return fallback;
}

export const replicaStateOf = (wire: ReplicaStateWire): ReplicaState =>
  wordOf(replicaStates, wire, 'unverified');
export const keeperStateOf = (wire: KeeperStateWire): KeeperState =>
  wordOf(keeperStates, wire, 'suspect');
export const modeOf = (wire: StatusResponse_Mode): keyof typeof modes =>
  wordOf(modes, wire, 'recovering');
export const securityOf = (wire: StatusResponse_Security): keyof typeof securities =>
  wordOf(securities, wire, 'insecure');
export const fsckProblemOf = (wire: FsckResponse_Problem): keyof typeof fsckProblems =>
  wordOf(fsckProblems, wire, 'below target');
