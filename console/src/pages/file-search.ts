/** One page of files. A search inside names comes in pieces: it goes on until the page is full, or all was looked at. */
import { useEffect, useState } from 'preact/hooks';
import type { FileJson } from '../../../src/actors/gateway/api-shapes.js';
import { listFiles, pageFiles } from '../api.js';
import { useLive } from '../live.js';
import { refusalOf } from '../parts/answer.js';
import type { FileQuery } from '../route.js';

export interface FileSearch {
  readonly files: readonly FileJson[];
  readonly next: string | undefined;
  /** Names looked at. */
  readonly scanned: number;
  readonly isOver: boolean;
  readonly problem: string | undefined;
  stop(): void;
}

type Found = Omit<FileSearch, 'stop'>;

const nothing: Found = {
  files: [],
  next: undefined,
  scanned: 0,
  isOver: false,
  problem: undefined,
};

export function useFileSearch(query: FileQuery): FileSearch {
  const [found, setFound] = useState<Found>(nothing);
  const [over, setOver] = useState(() => new AbortController());
  const { text, match, after } = query;
  // A file was stored or removed: what is shown may be another page now.
  const files = useLive().overview?.files;
  useEffect(() => {
    const control = new AbortController();
    setOver(control);
    void search({ text, match, after }, control.signal, setFound);
    return () => control.abort('gone');
  }, [text, match, after, files]);
  const stop = (): void => {
    over.abort('stopped');
    setFound({ ...found, isOver: true });
  };
  return { ...found, stop };
}

async function search(
  query: FileQuery,
  signal: AbortSignal,
  tell: (found: Found) => void,
): Promise<void> {
  let found = nothing;
  try {
    do {
      const after = found.next ?? query.after;
      const page = await listFiles({ ...query, after }, signal);
      if (signal.aborted) return;
      const files = [...found.files, ...page.files];
      const isOver = page.next === undefined || files.length >= pageFiles;
      found = { ...nothing, files, next: page.next, scanned: found.scanned + page.scanned, isOver };
      tell(found);
    } while (!found.isOver);
  } catch (error) {
    if (!signal.aborted) tell({ ...found, isOver: true, problem: refusalOf(error).message });
  }
}
