/** One file: watched, looked into, and changed. */
import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { FileDetailJson } from '../../../src/actors/gateway/api-shapes.js';
import { findFile } from '../api.js';
import { useLive } from '../live.js';
import { refusalOf, Waiting } from '../parts/answer.js';
import { PageTitle } from '../parts/page-title.js';
import { Player } from '../parts/player.js';
import { allFiles, toHash } from '../route.js';
import { FileActions } from './file-actions.js';
import { FileFacts, SlowStart } from './file-facts.js';
import { ReplicaMap } from './replica-map.js';

type Seen =
  | { readonly state: 'asked' }
  | { readonly state: 'here'; readonly file: FileDetailJson }
  | { readonly state: 'gone' }
  | { readonly state: 'refused'; readonly message: string };

export function FilePage({ name }: { readonly name: string }): VNode {
  const [seen, see] = useFile(name);
  const back = (
    <a class="back" href={toHash({ page: 'files', ...allFiles })}>
      Files
    </a>
  );
  return (
    <>
      <PageTitle title={name} back={back}>
        {seen.state === 'here' && <FileActions file={seen.file} />}
      </PageTitle>
      <Content seen={seen} onFile={(file) => see({ state: 'here', file })} />
    </>
  );
}

interface ContentProps {
  readonly seen: Seen;
  readonly onFile: (file: FileDetailJson) => void;
}

function Content({ seen, onFile }: ContentProps): VNode {
  switch (seen.state) {
    case 'asked':
      return <Waiting />;
    case 'gone':
      return (
        <div class="card empty">
          <p>There is no file of this name.</p>
          <p class="soft">It may have been removed, or have another name now.</p>
        </div>
      );
    case 'refused':
      return (
        <p class="problem card" role="alert">
          {seen.message}
        </p>
      );
    case 'here':
      return (
        <div class="file">
          <div class="file-main">
            <Player key={seen.file.fileId} file={seen.file} />
            <SlowStart mp4={seen.file.mp4} />
            <ReplicaMap file={seen.file} onFile={onFile} />
          </div>
          <FileFacts file={seen.file} />
        </div>
      );
  }
}

/** Asked again whenever something about the cluster has changed. */
function useFile(name: string): readonly [Seen, (seen: Seen) => void] {
  const [seen, see] = useState<Seen>({ state: 'asked' });
  const { overview } = useLive();
  const standing = overview && standingOf(overview);
  useEffect(() => {
    const over = new AbortController();
    findFile(name, over.signal).then(
      (file) => {
        if (!over.signal.aborted) see({ state: 'here', file });
      },
      (error: unknown) => {
        if (over.signal.aborted) return;
        const { code, message } = refusalOf(error);
        see(code === 'not-found' ? { state: 'gone' } : { state: 'refused', message });
      },
    );
    return () => over.abort();
  }, [name, standing]);
  return [seen, see];
}

const standingOf = ({ keepers, files, belowTarget, missing, repairs }: Overview): string =>
  [
    ...Object.values(keepers),
    files,
    belowTarget,
    missing,
    repairs.inFlight,
    repairs.bytesToCopy,
  ].join();

type Overview = NonNullable<ReturnType<typeof useLive>['overview']>;
