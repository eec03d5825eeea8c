/**
 * Files whose names contain a text: there is no index for that, so names are looked at in their
 * order, a bounded number for one answer; the next answer goes on where this one ended.
 */
import pLimit from 'p-limit';
import { ReelkeepError } from '../../domain/errors.js';
import type { FileView } from '../../domain/file-view.js';
import type { Cluster } from '../client/cluster.js';
import { apiLimits } from './api-limits.js';

export interface NameSearch {
  readonly prefix: string;
  /** However it is written, large or small. */
  readonly contains: string;
  readonly after: string;
  /** Files of one answer. */
  readonly limit: number;
}

export interface FoundFiles {
  readonly files: readonly FileView[];
  /** The last name that was looked at; absent when it was the last of all. */
  readonly next?: string;
  readonly scanned: number;
}

type Listing = Pick<Cluster, 'listPage'>;

const namesAtATime = 1_000;

export function createNameSearch(
  cluster: Listing,
  clockMs: () => number = () => performance.now(),
): (search: NameSearch) => Promise<FoundFiles> {
  const turn = pLimit(apiLimits.searchesMax);
  return (search) => {
    if (turn.pendingCount >= apiLimits.searchesWaitingMax)
      throw new ReelkeepError('unavailable', 'too many searches wait already');
    return turn(() => scan(cluster, search, clockMs));
  };
}

async function scan(
  cluster: Listing,
  { prefix, contains, after, limit }: NameSearch,
  clockMs: () => number,
): Promise<FoundFiles> {
  const text = folded(contains);
  const overMs = clockMs() + apiLimits.searchMs;
  const files: FileView[] = [];
  let scanned = 0;
  let from = after;
  while (scanned < apiLimits.searchNamesMax && clockMs() < overMs) {
    const page = await cluster.listPage({ prefix, after: from, limit: namesAtATime });
    for (const file of page.files) {
      scanned += 1;
      if (!folded(file.name).includes(text)) continue;
      files.push(file);
      if (files.length === limit) return endAt(file.name, page, { files, scanned });
    }
    if (page.next === undefined) return { files, scanned };
    from = page.next;
  }
  return { files, scanned, next: from };
}

/** A page that is full ends at the last file that was found, which may be the last of all. */
const endAt = (
  name: string,
  page: { readonly files: readonly FileView[]; readonly next?: string },
  found: FoundFiles,
): FoundFiles =>
  page.next === undefined && page.files.at(-1)?.name === name ? found : { ...found, next: name };

const folded = (text: string): string => text.normalize('NFC').toLowerCase();
