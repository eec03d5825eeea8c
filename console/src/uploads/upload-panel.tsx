/** What is being uploaded, whichever page is shown. */
import type { VNode } from 'preact';
import { rateText, sizeText, spanText } from '../format.js';
import { Icon, type IconName } from '../parts/icon.js';
import { toHash } from '../route.js';
import { useStore } from '../store.js';
import { dismiss, pause, resume, type UploadItem, uploads } from './queue.js';

export function UploadPanel(): VNode | null {
  const items = useStore(uploads);
  if (items.length === 0) return null;
  const stored = items.filter(({ state }) => state === 'stored');
  const clear = (): void => {
    for (const { id } of stored) dismiss(id);
  };
  return (
    <aside class="uploads card" aria-labelledby="uploads-title">
      <div class="uploads-head">
        <h2 id="uploads-title">
          Uploads{' '}
          <span class="soft">
            {stored.length} of {items.length}
          </span>
        </h2>
        {stored.length > 0 && (
          <button type="button" class="quiet" onClick={clear}>
            Clear
          </button>
        )}
      </div>
      <ul>
        {items.map((item) => (
          <Item key={item.id} item={item} />
        ))}
      </ul>
    </aside>
  );
}

function Item({ item }: { readonly item: UploadItem }): VNode {
  const { id, name, file, state, sentBytes } = item;
  const share = file.size === 0 ? 100 : (100 * sentBytes) / file.size;
  const isStored = state === 'stored';
  return (
    <li class={`upload upload-${state}`}>
      <div class="upload-words">
        {isStored ? (
          <a href={toHash({ page: 'file', name })}>{name}</a>
        ) : (
          <span class="upload-name">{name}</span>
        )}
        <span class="soft">{stateText(item)}</span>
      </div>
      <div class="upload-buttons">
        <Buttons item={item} />
        <Small
          icon="cross"
          label={isStored ? `Dismiss ${name}` : `Cancel the upload of ${name}`}
          onPress={() => dismiss(id)}
        />
      </div>
      {!isStored && (
        <progress max={100} value={share} aria-label={`Upload of ${name}`}>
          {Math.floor(share)} %
        </progress>
      )}
    </li>
  );
}

function Buttons({ item: { id, name, state } }: { readonly item: UploadItem }): VNode | null {
  switch (state) {
    case 'queued':
    case 'sending':
      return <Small icon="pause" label={`Pause the upload of ${name}`} onPress={() => pause(id)} />;
    case 'paused':
      return (
        <Small icon="play" label={`Resume the upload of ${name}`} onPress={() => resume(id)} />
      );
    case 'failed':
      return <Small icon="again" label={`Try ${name} again`} onPress={() => resume(id)} />;
    default:
      return null;
  }
}

interface SmallProps {
  readonly icon: IconName;
  readonly label: string;
  readonly onPress: () => void;
}

const Small = ({ icon, label, onPress }: SmallProps): VNode => (
  <button type="button" class="icon-button" title={label} aria-label={label} onClick={onPress}>
    <Icon name={icon} />
  </button>
);

function stateText(item: UploadItem): string {
  const { state, sentBytes, file, replicas, target, problem } = item;
  const soFar = `${sizeText(sentBytes)} of ${sizeText(file.size)}`;
  switch (state) {
    case 'queued':
      return 'waits for its turn';
    case 'sending':
      return soFar + paceText(item);
    case 'paused':
      return `paused at ${soFar}`;
    case 'storing':
      return 'sent; being stored…';
    case 'stored':
      return target === 0 ? 'stored' : `stored, replicas ${replicas}/${target}`;
    case 'failed':
      return problem ?? 'failed';
  }
}

function paceText({ bytesPerSecond, file, sentBytes }: UploadItem): string {
  if (bytesPerSecond === 0) return '';
  const restMs = (1000 * (file.size - sentBytes)) / bytesPerSecond;
  return `, ${rateText(bytesPerSecond)}, ${spanText(restMs)} left`;
}
