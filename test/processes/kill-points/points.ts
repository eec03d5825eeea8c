/**
 * The points at which a process is killed, named after what they stand between, in the order in
 * which they are passed. Each is the moment of one system call.
 */
import type { FatalCall } from './fatal-call.js';

/** Which file of the work that is under way the call is on; of two names that it takes, the first. */
export type Place =
  | 'staged data'
  | 'staged manifest'
  | 'data'
  | 'manifest'
  | 'bucket'
  | 'objects'
  | 'table'
  | 'film'
  | 'part file'
  | 'local directory';

export interface KillPoint extends Omit<FatalCall, 'path'> {
  readonly name: string;
  readonly at: Place;
}

/** A keeper on which a replica is being stored, by an upload or by a copy. */
export const storingPoints: readonly KillPoint[] = [
  before('a chunk received, not written', 'staged data', 'pwrite64'),
  before('data written, not synced', 'staged data', 'fsync'),
  after('data synced, no manifest', 'staged data', 'fsync'),
  before('manifest open, not written', 'staged manifest', 'write', 'pwrite64'),
  before('manifest written, not synced', 'staged manifest', 'fsync'),
  after('manifest synced, nothing renamed', 'staged manifest', 'fsync'),
  before('about to rename the data', 'staged data', 'rename'),
  before('data renamed, manifest not', 'staged manifest', 'rename'),
  before('manifest renamed, directory not synced', 'bucket', 'fsync'),
  before('directory synced, the one above it not', 'objects', 'fsync'),
  after('durable, not reported', 'objects', 'fsync'),
];

/** A keeper that was told to delete. */
export const deletingPoints: readonly KillPoint[] = [
  before('ordered, nothing unlinked', 'data', 'unlink'),
  before('data unlinked, manifest not', 'manifest', 'unlink'),
  before('unlinked, directory not synced, not confirmed', 'bucket', 'fsync'),
  after('directory synced, not confirmed', 'bucket', 'fsync'),
];

/** The master, at a commit of its table: pages are written and synced, then the head that names them. */
export const commitPoints: readonly KillPoint[] = [
  before('no table page written', 'table', 'writev', 'pwrite64'),
  before('table pages written, not synced', 'table', 'fdatasync'),
  after('table pages synced, head not written', 'table', 'fdatasync'),
  { ...after('table synced, not answered', 'table', 'pwrite64'), following: 'fdatasync' },
];

/** A client that fetches. */
export const fetchingPoints: readonly KillPoint[] = [
  before('part file open, nothing in it', 'part file', 'pwrite64'),
  { ...before('some chunks in the part file', 'part file', 'pwrite64'), nth: 4 },
  before('part file whole, not synced', 'part file', 'fsync'),
  before('part file synced, not linked', 'part file', 'link'),
  before('linked, the name of the part file not removed', 'part file', 'unlink'),
  before('named, directory not synced', 'local directory', 'fsync'),
  before('named and synced, not told', 'local directory', 'close'),
];

/** A client that stores. */
export const sendingPoints: readonly KillPoint[] = [
  before('nothing of the film read', 'film', 'pread64', 'read'),
  { ...before('some chunks of the film sent', 'film', 'pread64', 'read'), nth: 4 },
];

function before(name: string, at: Place, ...calls: readonly string[]): KillPoint {
  return { name, at, calls, moment: 'before' };
}

function after(name: string, at: Place, ...calls: readonly string[]): KillPoint {
  return { name, at, calls, moment: 'after' };
}
