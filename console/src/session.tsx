/** Whom this browser speaks for, and what that lets it do. Where nobody logs in, everything. */
import type { VNode } from 'preact';
import type { SessionJson } from '../../src/actors/gateway/api-shapes.js';
import { endSession, findSession } from './api.js';
import { dateText } from './format.js';
import { Icon } from './parts/icon.js';
import { createStore, useStore } from './store.js';

type Right = NonNullable<SessionJson['session']>['may'][number];

const known = createStore<SessionJson | undefined>(undefined);

export async function loadSession(): Promise<void> {
  known.set(await findSession());
}

/** There is a door, and nobody has come in by it. */
export const isShutOut = (): boolean => {
  const told = known.get();
  return told?.door === 'sessions' && told.session === null;
};

interface Rights {
  /** What all names that can be changed begin with. */
  readonly prefix: string;
  may(right: Right): boolean;
}

export function useRights(): Rights {
  const session = useStore(known)?.session;
  return {
    prefix: session?.prefix ?? '',
    may: (right) => session?.may.includes(right) ?? true,
  };
}

/** Nothing where nobody logs in. */
export function SessionMark(): VNode | null {
  const session = useStore(known)?.session;
  if (session === undefined || session === null) return null;
  const { label, notAfter } = session;
  const leave = async (): Promise<void> => {
    await endSession();
    location.reload();
  };
  return (
    <span class="session">
      <span title={`until ${dateText(notAfter)}`}>{label}</span>
      <button type="button" class="icon-button" title="Leave" onClick={() => void leave()}>
        <Icon name="leave" />
        <span class="only-read">Leave</span>
      </button>
    </span>
  );
}

export const ShutOut = (): VNode => (
  <>
    <h1>This gateway asks for a link</h1>
    <p class="card empty">
      Whoever runs the cluster makes one with <code>bin/gateway link</code>. Open it in this
      browser, and it leads back here.
    </p>
  </>
);
