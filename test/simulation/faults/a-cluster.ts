/** For tests of faults: keepers' disks and a table as a cluster leaves them, on which nothing runs. */

import { chunkBytes } from '../../../src/domain/chunk-plan.js';
import type { FileRecord } from '../../../src/domain/file-record.js';
import { type FileId, fileId, keeperId, uploadId, wallMs } from '../../../src/domain/ids.js';
import { encodeManifest } from '../../../src/domain/manifest.js';
import { fileKey } from '../../../src/domain/table-keys.js';
import { blake3, digestOf } from '../../../src/storage/blake3.js';
import { keeperRoot, objectPath, SimCluster, tableDirectory } from '../cluster/sim-cluster.js';
import { Stage } from '../cluster/stage.js';
import { MemoryTableDisk } from '../memory-table-store.js';

const rig = { keepers: 4, files: 3, target: 3 } as const;

/** Each file lies on three keepers. No service starts, whoever asks for it. */
export function createQuietCluster(): SimCluster {
  const stage = new Stage({
    seed: 1,
    isVerbose: false,
    networkSlowness: 1,
    eventsMax: 100_000,
    onThrown: (_, error) => {
      throw error;
    },
    observeThread: () => undefined,
    observeCall: () => undefined,
  });
  const cluster = new SimCluster(stage, {
    keepers: rig.keepers,
    clients: 2,
    replicas: rig.target,
    acks: 1,
    suspectAfterMs: 1_000,
    lostAfterMs: 3_000,
    repairEveryMs: 1_000,
    diskBytes: 10_000_000,
    diskSlowness: 1,
    networkSlowness: 1,
    patienceMs: 5_000,
  });
  for (const service of [cluster.master, ...cluster.keepers]) service.start = () => undefined;
  const table = new MemoryTableDisk();
  for (let at = 0; at < rig.files; at += 1) {
    const file = addFile(cluster, at);
    table.put(fileKey(file.fileId), JSON.stringify(file));
  }
  cluster.master.box.tables.replace(tableDirectory, table);
  for (const { name, box } of cluster.keepers)
    box.disk.replaceBytes(`${keeperRoot}/keeper.json`, Buffer.from(JSON.stringify({ name })));
  return cluster;
}

function addFile(cluster: SimCluster, at: number): FileRecord {
  const content = cluster.content(`t${at}`, 1_000 + at);
  const chunkDigests = blake3(content.bytes);
  if (content.bytes.length > chunkBytes) throw new Error('one chunk is what is hashed here');
  const facts = {
    fileId: fileId(String(at).repeat(32)) as FileId,
    uploadId: uploadId('a'.repeat(32)),
    name: `film ${at}`,
    size: content.bytes.length,
    digest: digestOf(blake3(chunkDigests)),
    createdAt: wallMs(1),
    target: rig.target,
    mp4: { kind: 'not mp4' },
  } as const;
  const holders = cluster.keepers.filter((_, place) => place !== at % rig.keepers);
  const path = objectPath(facts.fileId);
  for (const { box } of holders) {
    box.disk.replaceBytes(path.data, content.bytes);
    box.disk.replaceBytes(path.manifest, encodeManifest({ ...facts, chunkDigests }, blake3));
  }
  const replicas = holders.map(({ name }) => ({
    keeper: keeperId(name),
    incarnation: 1,
    standing: 'sound' as const,
    verifiedAt: wallMs(1),
  }));
  return { ...facts, replicas };
}
