/** Every bug that is planted; a simulator that does not find them is decoration. */
import { ackBeforeCommit } from './ack-before-commit.js';
import { epochIgnored } from './epoch-ignored.js';
import { failoverByName } from './failover-by-name.js';
import { finalDigestNotChecked } from './final-digest-not-checked.js';
import { lateReportAccepted } from './late-report-accepted.js';
import { lengthNotChecked } from './length-not-checked.js';
import { lossDeclaredLate } from './loss-declared-late.js';
import { manifestTrustedOverTheTable } from './manifest-trusted-over-the-table.js';
import type { Mutant } from './mutant.js';
import { nameInTwoSteps } from './name-in-two-steps.js';
import { noDirectorySyncAfterRename } from './no-directory-sync-after-rename.js';
import { noDirectorySyncAfterUnlink } from './no-directory-sync-after-unlink.js';
import { noLastCopyGuard } from './no-last-copy-guard.js';
import { noSafeMode } from './no-safe-mode.js';
import { replicaLiveWhenOrdered } from './replica-live-when-ordered.js';
import { reportBeforeSync } from './report-before-sync.js';
import { retryWithANewUploadId } from './retry-with-a-new-upload-id.js';
import { secondFsyncTrusted } from './second-fsync-trusted.js';
import { shortManifestAccepted } from './short-manifest-accepted.js';
import { silentKeeperTakenForEmpty } from './silent-keeper-taken-for-empty.js';
import { stagingServed } from './staging-served.js';
import { timeoutReportedAsFailure } from './timeout-reported-as-failure.js';
import { tombstoneDroppedByTime } from './tombstone-dropped-by-time.js';
import { trimBeforeVerify } from './trim-before-verify.js';
import { twoCopiesToOneDestination } from './two-copies-to-one-destination.js';
import { unverifiedCountedForATrim } from './unverified-counted-for-a-trim.js';
import { wallClockUsedForLiveness } from './wall-clock-used-for-liveness.js';

export const allMutants: readonly Mutant[] = [
  reportBeforeSync,
  noDirectorySyncAfterRename,
  noDirectorySyncAfterUnlink,
  secondFsyncTrusted,
  lengthNotChecked,
  finalDigestNotChecked,
  shortManifestAccepted,
  manifestTrustedOverTheTable,
  stagingServed,
  ackBeforeCommit,
  nameInTwoSteps,
  replicaLiveWhenOrdered,
  unverifiedCountedForATrim,
  trimBeforeVerify,
  noLastCopyGuard,
  noSafeMode,
  silentKeeperTakenForEmpty,
  tombstoneDroppedByTime,
  lateReportAccepted,
  epochIgnored,
  twoCopiesToOneDestination,
  lossDeclaredLate,
  wallClockUsedForLiveness,
  failoverByName,
  retryWithANewUploadId,
  timeoutReportedAsFailure,
];
