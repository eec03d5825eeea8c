/**
 * A cluster of production masters, keepers and clients in a simulated world, and what those who
 * judge it can know of it that no process knows.
 */
import { startKeeper } from '../../../src/actors/keeper/keeper.actor.js';
import { resolveConfig } from '../../../src/actors/master/config.js';
import { startMaster } from '../../../src/actors/master/master.actor.js';
import type { FileId, KeeperId } from '../../../src/domain/ids.js';
import { decodeManifest } from '../../../src/domain/manifest.js';
import { blake3 } from '../../../src/storage/blake3.js';
import type { Checker } from '../checkers/checker.js';
import { HistoryRecorder } from '../history/recorder.js';
import { MemoryTableDisk } from '../memory-table-store.js';
import type { ThreadTraffic } from '../world/world.js';
import { Box } from './box.js';
import { ClientHost, type Told } from './client-host.js';
import type { ClusterShape } from './cluster-shape.js';
import { type Content, makeContent } from './content.js';
import { DamageLedger } from './damage-ledger.js';
import { HeartbeatsMissed } from './heartbeats-missed.js';
import { Service } from './service.js';
import { createSimLogger } from './sim-logger.js';
import type { Stage } from './stage.js';
import { TableReading } from './table-reading.js';
import { Violation } from './violation.js';

export const masterPort = 7000;
export const keeperPort = 7001;
export const keeperRoot = '/data/keeper';
export const tableDirectory = '/data/master';
const clientDiskBytes = 1e9;

/** What lies on a keeper's disk of one file, judged by the bytes that its client sent. */
export type ReplicaTruth = 'sound' | 'damaged' | 'partial' | 'absent';

export class SimCluster {
  readonly stage: Stage;
  readonly shape: ClusterShape;
  readonly master: Service;
  readonly keepers: readonly Service[];
  readonly clients: readonly ClientHost[];
  readonly damage = new DamageLedger(
    (keeper) => this.table()?.keepers.get(keeper as KeeperId)?.incarnation ?? 0,
  );
  readonly history = new HistoryRecorder();
  readonly heartbeatsMissed: HeartbeatsMissed;
  readonly contents = new Map<string, Content>();
  /** Those who watch what clients are told, apart from the checkers. */
  readonly probeTold = new Set<(told: Told) => void>();
  /** Machines that have for the time being another directory than their own. */
  readonly misplaced = new Set<Service>();
  /** Keepers that write nothing new until somebody has looked at their disk and started them again. */
  readonly suspectDisks = new Set<string>();
  /** Keepers of which a sync has failed since they were started last. */
  readonly sickDisks = new Set<string>();
  /** Keepers that said that something is left in staging, which their next start takes away. */
  readonly leftBehind = new Set<string>();
  /** How many clients have probed. */
  probes = 1;
  /** The faults are over, and the core is healed. */
  isHealing = false;
  /** An older table, or none, was put in the place of the one that was there. */
  tableWasReplaced = false;
  /** The master's flag: from now on each of its starts makes the table again. */
  rebuilds = false;
  /** Histories of a name that were too hard to judge. */
  tooHard = 0;
  readonly #contentByDigest = new Map<string, Content>();
  #reading: TableReading | undefined;
  #violation: Violation | undefined;
  #checkers: readonly Checker[] = [];

  constructor(stage: Stage, shape: ClusterShape) {
    this.stage = stage;
    this.shape = shape;
    this.heartbeatsMissed = new HeartbeatsMissed(resolveConfig(shape).heartbeatEveryMs);
    this.master = this.#createMaster();
    this.keepers = Array.from({ length: shape.keepers }, (_, at) => this.#createKeeper(at));
    this.clients = Array.from(
      { length: shape.clients },
      (_, at) => new ClientHost({ cluster: this, name: `c${at + 1}`, address: `10.0.2.${at + 1}` }),
    );
  }

  get nowMs(): number {
    return this.stage.kernel.nowMs;
  }

  /** The first thing that went wrong; nothing after it is of interest. */
  get violation(): Violation | undefined {
    return this.#violation;
  }

  /** @param invariant such as `S27`. */
  report(invariant: string, detail: string): void {
    if (this.#violation !== undefined) return;
    this.#violation = new Violation(invariant, detail, this.nowMs);
    this.stage.trace.tell('checker', `${invariant} is broken: ${detail}`);
  }

  /** From now on they are told of everything. */
  watch(checkers: readonly Checker[]): void {
    this.#checkers = checkers;
    let before: TableReading | undefined;
    this.master.box.tables.onCommit = () => {
      const after = this.table();
      if (after === undefined) return;
      for (const checker of checkers) checker.committed?.(before, after);
      before = after;
    };
    this.master.box.tables.onReplaced = () => {
      before = undefined;
      this.#reading = undefined;
      this.tableWasReplaced = true;
    };
    for (const keeper of this.keepers)
      keeper.box.disk.observe({
        onRemoved: (path, how) => {
          if (how === 'unlinked') for (const checker of checkers) checker.removing?.(keeper, path);
        },
        onSyncFailed: () => void this.sickDisks.add(keeper.name),
        // A replica that is published is made of new bytes, whatever was wrong with those before.
        onRenamed: (_, to) => {
          const fileId = fileIdOf(to);
          if (fileId !== undefined && to.endsWith('.mp4')) this.damage.mend(keeper.name, fileId);
        },
      });
  }

  onTold(told: Told): void {
    for (const checker of this.#checkers) checker.told?.(told);
    for (const watcher of this.probeTold) watcher(told);
    const { asked, outcome, client, detail } = told;
    const end = outcome.type === 'refused' ? `refused: ${outcome.code} (${detail})` : outcome.type;
    this.stage.trace.tell(client, `${asked.call.type} ${asked.name}: ${end}`);
  }

  onThread(traffic: ThreadTraffic): void {
    this.heartbeatsMissed.note(traffic, this.nowMs);
    for (const checker of this.#checkers) checker.thread?.(traffic);
  }

  start(): void {
    this.master.start();
    for (const keeper of this.keepers) keeper.start();
  }

  get masterAddress(): string {
    return `${this.master.box.address}:${masterPort}`;
  }

  /** What is committed; none before a master has run. */
  table(): TableReading | undefined {
    const disk = this.master.box.tables.durable(tableDirectory);
    if (disk === undefined) return undefined;
    const known = this.#reading;
    if (known?.commit === disk.commit && known.epoch === disk.epoch) return known;
    this.#reading = new TableReading(disk);
    return this.#reading;
  }

  content(tag: string, size: number, isFilm = false): Content {
    const known = this.contents.get(tag);
    if (known !== undefined) return known;
    const content = makeContent(tag, size, isFilm);
    this.contents.set(tag, content);
    this.#contentByDigest.set(content.digest, content);
    return content;
  }

  contentOf(digest: string): Content | undefined {
    return this.#contentByDigest.get(digest);
  }

  /** What is not there, or not whole, is a fault's doing, or may be. */
  isExcused(keeper: Service, fileId: FileId): boolean {
    return this.misplaced.has(keeper) || this.damage.isExcused(keeper.name, fileId, this.nowMs);
  }

  /** What would be there for certain after a power cut, or what is there while the machine runs. */
  replica(
    keeper: Service,
    fileId: FileId,
    expected: Content,
    plane: 'durable' | 'written' = 'durable',
  ): ReplicaTruth {
    const path = objectPath(fileId);
    const { disk } = keeper.box;
    const data = disk[plane](path.data);
    const manifest = disk[plane](path.manifest);
    if (data === undefined && manifest === undefined) return 'absent';
    if (data === undefined || manifest === undefined) return 'partial';
    const isWhole = data.equals(expected.bytes) && isManifestOf(manifest, fileId, expected.digest);
    return isWhole ? 'sound' : 'damaged';
  }

  /** Keepers by the id that they have in the table, which is the name of their service unless a directory moved. */
  keeperOf(id: KeeperId): Service | undefined {
    return this.keepers.find(({ name }) => name === id);
  }

  #createMaster(): Service {
    const box = new Box('10.0.0.1', clientDiskBytes);
    const { suspectAfterMs, lostAfterMs, repairEveryMs, replicas, acks } = this.shape;
    const settings = { suspectAfterMs, lostAfterMs, repairEveryMs, replicas, acks, insecure: true };
    return new Service({
      name: 'master',
      box,
      stage: this.stage,
      launch: (process) =>
        startMaster(
          {
            host: box.address,
            port: masterPort,
            dataDir: tableDirectory,
            ...settings,
            accept: 'any',
            rebuild: this.rebuilds,
          },
          createSimLogger(this.stage.trace, process.name),
        ),
    });
  }

  #createKeeper(at: number): Service {
    const name = `k${at + 1}`;
    const { diskBytes, scrubEveryMs } = this.shape;
    const box = new Box(`10.0.1.${at + 1}`, diskBytes);
    box.disk.faults.slowness = this.shape.diskSlowness;
    return new Service({
      name,
      box,
      stage: this.stage,
      launch: (process) => {
        this.suspectDisks.delete(name);
        this.leftBehind.delete(name);
        // What is read from a disk after a failed sync is not what is on it: it is mounted anew.
        if (this.sickDisks.delete(name)) box.disk.powerCut(this.stage.chance);
        const keeper = this.keeperOf(name as KeeperId);
        if (keeper !== undefined) for (const checker of this.#checkers) checker.starting?.(keeper);
        return startKeeper(
          {
            host: box.address,
            insecure: true,
            port: keeperPort,
            master: this.masterAddress,
            dataDir: keeperRoot,
            id: name,
            reserve: 0,
            ...(scrubEveryMs !== undefined && { scrubEveryMs }),
          },
          createSimLogger(this.stage.trace, process.name, (text) => {
            if (text === 'not all of it could be thrown away') this.leftBehind.add(name);
            if (!text.startsWith('the disk is suspect')) return;
            this.suspectDisks.add(name);
          }),
        );
      },
    });
  }
}

export function objectPath(fileId: FileId): { readonly data: string; readonly manifest: string } {
  const stem = `${keeperRoot}/objects/${fileId.slice(0, 2)}/${fileId}`;
  return { data: `${stem}.mp4`, manifest: `${stem}.manifest` };
}

/** File ids of the objects on a keeper's disk, in order. */
export function objectsOn({ box: { disk } }: Service): readonly FileId[] {
  const ids: FileId[] = [];
  for (const bucket of disk.list(`${keeperRoot}/objects`).toSorted())
    for (const name of disk.list(`${keeperRoot}/objects/${bucket}`).toSorted())
      if (name.endsWith('.mp4')) ids.push(name.slice(0, -'.mp4'.length) as FileId);
  return ids;
}

/** It ends in the BLAKE3 digest of all that comes before. */
export const isSealed = (manifest: Buffer): boolean =>
  Buffer.compare(blake3(manifest.subarray(0, -sealBytes)), manifest.subarray(-sealBytes)) === 0;

const sealBytes = 32;

function isManifestOf(bytes: Buffer, fileId: FileId, digest: string): boolean {
  if (!isSealed(bytes)) return false;
  const verdict = decodeManifest(bytes, blake3);
  return verdict.ok && verdict.manifest.fileId === fileId && verdict.manifest.digest === digest;
}

/** Of a path of a whole replica; undefined for any other. */
function fileIdOf(path: string): FileId | undefined {
  return /\/objects\/[0-9a-f]{2}\/([0-9a-f]{32})\.(?:mp4|manifest)$/.exec(path)?.[1] as
    | FileId
    | undefined;
}

export const copyTable = (disk: MemoryTableDisk): MemoryTableDisk => {
  const copy = new MemoryTableDisk(disk.clusterId);
  copy.epoch = disk.epoch;
  copy.commit = disk.commit;
  copy.keys.push(...disk.keys);
  for (const [key, text] of disk.rows) copy.rows.set(key, text);
  return copy;
};
