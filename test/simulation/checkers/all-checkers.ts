/** Every checker that looks after a run; a new one is added here and nowhere else. */
import type { SimCluster } from '../cluster/sim-cluster.js';
import type { Story } from '../story/story.js';
import type { Checker } from './checker.js';
import { ackedMeansReadable } from './s01-acked-means-readable.js';
import { strengthOfAnAck } from './s02-strength-of-an-ack.js';
import { badManifestIsBadReplica } from './s05-bad-manifest-is-bad-replica.js';
import { indexesAgree } from './s10-indexes-agree.js';
import { bytesNeverChange } from './s15-bytes-never-change.js';
import { linearizable } from './s18-linearizable.js';
import { liveMeansDurable } from './s23-live-means-durable.js';
import { oldReportsChangeNothing } from './s25-old-reports-change-nothing.js';
import { lastCopyGuard } from './s27-last-copy-guard.js';
import { copiesInFlight } from './s30-copies-in-flight.js';
import { distinctKeepers } from './s32-distinct-keepers.js';
import { tombstonesWait } from './s38-tombstones-wait.js';
import { epochsOnlyRise } from './s39-epochs-only-rise.js';
import { silenceIsJudged } from './s42-silence-is-judged.js';
import { agreesAtRest } from './s53-at-rest.js';

export function allCheckers(cluster: SimCluster, { budget }: Story): readonly Checker[] {
  const isWithin = budget === 'within';
  return [
    ackedMeansReadable(cluster, isWithin),
    strengthOfAnAck(cluster),
    badManifestIsBadReplica(cluster),
    indexesAgree(cluster),
    bytesNeverChange(cluster),
    linearizable(cluster),
    liveMeansDurable(cluster),
    oldReportsChangeNothing(cluster),
    lastCopyGuard(cluster),
    copiesInFlight(cluster),
    distinctKeepers(cluster),
    tombstonesWait(cluster),
    epochsOnlyRise(cluster),
    silenceIsJudged(cluster),
    ...(isWithin ? [agreesAtRest(cluster)] : []),
  ];
}
