/** What came of reading a replica, in the keeper's words and in the protocol's. */
import { ReportVerifiedRequest_Outcome as Outcome } from '../../rpc/generated/reelkeep/v1/keeper.js';

export type VerifiedOutcome = keyof typeof outcomes;

const outcomes = {
  sound: Outcome.SOUND,
  quarantined: Outcome.QUARANTINED,
  absent: Outcome.ABSENT,
  unknown: Outcome.UNKNOWN,
  unreadable: Outcome.UNREADABLE,
} as const;

export const toOutcomeMessage = (outcome: VerifiedOutcome): Outcome => outcomes[outcome];
