/** Every fault that a story can hold; a new one is added here and nowhere else. */
import type { Happening } from '../story/happening.js';
import { clonedDirectory } from './cloned-directory.js';
import { crashEverything } from './crash-everything.js';
import { crashInCommit } from './crash-in-commit.js';
import { crashInTransfer } from './crash-in-transfer.js';
import { crashKeeper } from './crash-keeper.js';
import { crashMaster } from './crash-master.js';
import { cutDataPort } from './cut-data-port.js';
import { cutLink } from './cut-link.js';
import { damagedManifest } from './damaged-manifest.js';
import { emptiedDirectory } from './emptied-directory.js';
import { emptyTable } from './empty-table.js';
import { endThread } from './end-thread.js';
import { failingCall } from './failing-call.js';
import { failingSync } from './failing-sync.js';
import { falseWitness } from './false-witness.js';
import { flippedBit } from './flipped-bit.js';
import { fullDisk } from './full-disk.js';
import { halfOpenLink } from './half-open-link.js';
import { jumpWallClock } from './jump-wall-clock.js';
import { killClient } from './kill-client.js';
import { liar } from './liar.js';
import { lossyLink } from './lossy-link.js';
import { lostFile } from './lost-file.js';
import { lostIdentity } from './lost-identity.js';
import { olderDisk } from './older-disk.js';
import { olderTable } from './older-table.js';
import { partition } from './partition.js';
import { pauseProcess } from './pause-process.js';
import { rebuiltTable } from './rebuilt-table.js';
import { replayReports } from './replay-reports.js';
import { resetConnections } from './reset-connections.js';
import { secondMaster } from './second-master.js';
import { shortCalls } from './short-calls.js';
import { slowDisk } from './slow-disk.js';
import { slowLink } from './slow-link.js';
import { slowNetwork } from './slow-network.js';
import { staleReplica } from './stale-replica.js';
import { stopAfterBytes } from './stop-after-bytes.js';
import { stopKeeper } from './stop-keeper.js';
import { stopMaster } from './stop-master.js';
import { stuckDisk } from './stuck-disk.js';
import { swappedDirectories } from './swapped-directories.js';
import { swappedReplicas } from './swapped-replicas.js';
import { truncatedData } from './truncated-data.js';
import { unmountedRoot } from './unmounted-root.js';

const ofProcesses: readonly Happening[] = [
  crashKeeper,
  crashMaster,
  crashEverything,
  crashInTransfer,
  pauseProcess,
  stopKeeper,
  stopMaster,
  endThread,
];

const ofNetwork: readonly Happening[] = [
  slowLink,
  lossyLink,
  cutLink,
  partition,
  resetConnections,
  stopAfterBytes,
  halfOpenLink,
  cutDataPort,
  replayReports,
  slowNetwork,
];

const ofDisks: readonly Happening[] = [
  slowDisk,
  stuckDisk,
  failingCall,
  failingSync,
  fullDisk,
  shortCalls,
  unmountedRoot,
  flippedBit,
  truncatedData,
  damagedManifest,
  swappedReplicas,
  falseWitness,
  lostFile,
  staleReplica,
];

const ofIdentity: readonly Happening[] = [
  emptiedDirectory,
  swappedDirectories,
  clonedDirectory,
  olderDisk,
  lostIdentity,
];

const ofTables: readonly Happening[] = [
  crashInCommit,
  olderTable,
  emptyTable,
  rebuiltTable,
  secondMaster,
];

const ofTimeAndClients: readonly Happening[] = [jumpWallClock, killClient, liar];

export const faults: readonly Happening[] = [
  ...ofProcesses,
  ...ofNetwork,
  ...ofDisks,
  ...ofIdentity,
  ...ofTables,
  ...ofTimeAndClients,
];
