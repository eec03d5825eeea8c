/** The parts of a running master that its handlers and its dispatcher work with. */
import type { Logger } from 'pino';
import type { FileRecord } from '../../domain/file-record.js';
import type { FileId, KeeperId, UploadId, WallMs } from '../../domain/ids.js';
import { bearerOf, type Principal } from '../../domain/principal.js';
import type { SnapshotNews } from '../../domain/table-snapshot.js';
import type { SeenBefore } from '../../domain/term-line.js';
import type { TransferSource } from '../../rpc/generated/reelkeep/v1/common.js';
import type { MonitorMessage } from '../heartbeat-monitor/messages.js';
import type { LookupTable } from '../lookup-table/client.js';
import type { InventoryEntry, TableSummary } from '../lookup-table/messages.js';
import type {
  MasterMode,
  ReplicationCounts,
  ReplicationMessage,
} from '../replication-loop/messages.js';
import type { MasterConfig } from './config.js';
import type { MasterCounters } from './counters.js';
import type { KeeperDirectory } from './keeper-directory.js';
import type { Promises } from './promises.js';
import type { TakingIn } from './taking-in.js';
import type { TicketOffice } from './ticket-office.js';
import type { UploadShares } from './upload-shares.js';
import type { UploadWatch } from './upload-watch.js';
import type { VerifyWatch } from './verify-watch.js';

export interface MasterWorld {
  readonly config: MasterConfig;
  readonly log: Logger;
  readonly table: Pick<LookupTable, 'ask'>;
  /** Of the table: the last one, and why the last try failed if it did. */
  readonly snapshots: () => SnapshotNews;
  readonly monitor: { post(message: MonitorMessage): void };
  readonly loop: { post(message: ReplicationMessage): void };
  readonly keepers: KeeperDirectory;
  readonly counters: MasterCounters;
  readonly tickets: TicketOffice;
  readonly promises: Promises;
  readonly uploads: UploadWatch;
  readonly uploadShares: UploadShares;
  readonly verifications: VerifyWatch;
  readonly drops: {
    /** Something may be due on this keeper. */
    wake(keeper: KeeperId): void;
    confirmed(keeper: KeeperId, fileIds: readonly FileId[]): void;
  };
  readonly garbage: {
    note(keeper: KeeperId, incarnation: number, entries: readonly InventoryEntry[]): void;
  };
  readonly earlyFinds: {
    note(keeper: KeeperId, incarnation: number, entries: readonly InventoryEntry[]): void;
    settle(world: MasterWorld, uploadId: UploadId): Promise<void>;
  };
  /** Cluster id and epoch of this term; counters as of the last beat of the master's clock. */
  readonly summary: () => TableSummary;
  readonly counts: () => ReplicationCounts;
  /** As the replication loop last said; `settled` of the counts asks for more: that nothing waits for it. */
  readonly hasLookedAtAll: () => boolean;
  readonly mode: () => { readonly mode: MasterMode; readonly reason: string };
  /** Monotonic. */
  readonly clockMs: () => number;
  readonly wallMs: () => WallMs;
  /** What a registering keeper has seen of the table bears on how far it can be trusted. */
  readonly noteSeen: (keeper: KeeperId, seen: SeenBefore) => void;
  /** Whether the keeper has seen a later table than this one. */
  isAhead(keeper: KeeperId): boolean;
  /** Whether it was a later table: what this one says of that keeper may be true no more. */
  readonly isDoubted: (seen: SeenBefore) => boolean;
  readonly takingIn: TakingIn;
  /** A keeper has been taken in, or could not be: that bears on the trust in the table, too. */
  readonly weigh: () => void;
  /** The name of this term, by which it is told from another one of the same epoch. */
  readonly termId: string;
}

/** The claim that makes a ticket serve this one alone; none where nobody is known. */
export const bearerClaim = (
  { config }: Pick<MasterWorld, 'config'>,
  who: Pick<Principal, 'role' | 'name'> | undefined,
): { readonly bearer?: string } =>
  who === undefined || config.credentialsDir === undefined ? {} : { bearer: bearerOf(who) };

/** Who is to read: a client, known where there are certificates, or a keeper that makes a copy. */
export type Reader = { readonly client: Principal | undefined } | { readonly keeper: KeeperId };

/** Permissions to read a file from each keeper that can serve it, best first. */
export function readTickets(
  world: MasterWorld,
  file: FileRecord,
  keepers: readonly KeeperId[],
  reader: Reader,
): TransferSource[] {
  const sources: TransferSource[] = [];
  for (const keeper of keepers) {
    const view = world.keepers.views.get(keeper);
    if (view === undefined) continue;
    const { fileId, size, digest } = file;
    const source = world.tickets.issue(
      {
        operation: 'get',
        fileId,
        size,
        digest,
        ...('keeper' in reader
          ? { forCopy: true, ...bearerClaim(world, { role: 'keeper', name: reader.keeper }) }
          : bearerClaim(world, reader.client)),
      },
      view,
      world.summary().epoch,
      world.clockMs(),
    );
    if (source !== undefined) sources.push(source);
  }
  return sources;
}
