/** What the gateway tells unasked; listened to only while somebody can see the page. */
import type {
  EventJson,
  KeeperJson,
  OverviewJson,
  SampleJson,
} from '../../src/actors/gateway/api-shapes.js';
import { createStore, useStore } from './store.js';

export interface Live {
  readonly line: 'connecting' | 'live' | 'broken';
  readonly overview?: OverviewJson;
  readonly keepers?: readonly KeeperJson[];
  /** Newest first. */
  readonly events: readonly EventJson[];
  /** Oldest first, one a second. */
  readonly samples: readonly SampleJson[];
}

const eventsMax = 100;
const samplesMax = 300;

const live = createStore<Live>({ line: 'connecting', events: [], samples: [] });
let source: EventSource | undefined;

export const useLive = (): Live => useStore(live);

export function startListening(): void {
  const heed = (): void => (document.hidden ? stop() : start());
  document.addEventListener('visibilitychange', heed);
  setInterval(sample, 1000);
  heed();
}

function stop(): void {
  source?.close();
  source = undefined;
}

function start(): void {
  if (source !== undefined) return;
  source = new EventSource('/api/events');
  change({ line: 'connecting' });
  source.onopen = () => change({ line: 'live' });
  source.onerror = () => {
    change({ line: 'broken' });
    // One that the browser has given up comes back with the next look at the page.
    if (source?.readyState === EventSource.CLOSED) retryLater();
  };
  hear<OverviewJson>('overview', (overview) => change({ overview }));
  hear<readonly KeeperJson[]>('keepers', (keepers) => change({ keepers }));
  hear<readonly SampleJson[]>('history', (samples) => change({ samples }));
  hear<readonly EventJson[]>('story', takeEvents);
}

const retryAfterMs = 3000;

function retryLater(): void {
  stop();
  setTimeout(() => {
    if (!document.hidden) start();
  }, retryAfterMs);
}

function takeEvents(events: readonly EventJson[]): void {
  const known = new Set(live.get().events.map(({ id }) => id));
  const fresh = events.filter(({ id }) => !known.has(id)).toReversed();
  change({ events: [...fresh, ...live.get().events].slice(0, eventsMax) });
}

function hear<Value>(name: string, take: (value: Value) => void): void {
  source?.addEventListener(name, (message) => take(JSON.parse(message.data) as Value));
}

/** The gateway speaks only of what has changed: time goes on all the same. */
function sample(): void {
  const { line, overview, samples } = live.get();
  if (line !== 'live' || overview === undefined) return;
  const { repairs, traffic, belowTarget } = overview;
  const point: SampleJson = {
    atMs: Date.now(),
    ...traffic,
    copyBytesPerSecond: repairs.bytesPerSecond,
    belowTarget,
  };
  change({ samples: [...samples, point].slice(-samplesMax) });
}

const change = (part: Partial<Live>): void => live.set({ ...live.get(), ...part });
