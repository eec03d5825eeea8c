/** Something asked for: on its way, here, or refused. */
import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';

export type Answer<Value> =
  | { readonly state: 'asked' }
  | { readonly state: 'here'; readonly value: Value }
  | { readonly state: 'refused'; readonly code: string; readonly message: string };

/** Asks anew whenever one of `of` changes; what was there stays until the new answer comes. */
export function useAnswer<Value>(
  ask: (signal: AbortSignal) => Promise<Value>,
  of: readonly unknown[],
): Answer<Value> {
  const [answer, setAnswer] = useState<Answer<Value>>({ state: 'asked' });
  useEffect(() => {
    const over = new AbortController();
    ask(over.signal).then(
      (value) => {
        if (!over.signal.aborted) setAnswer({ state: 'here', value });
      },
      (error: unknown) => {
        if (!over.signal.aborted) setAnswer({ state: 'refused', ...refusalOf(error) });
      },
    );
    return () => over.abort();
  }, of);
  return answer;
}

export function refusalOf(error: unknown): { readonly code: string; readonly message: string } {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unavailable';
  const message = error instanceof Error ? error.message : String(error);
  return { code, message: error instanceof TypeError ? 'The gateway does not answer.' : message };
}

export const Refusal = ({ message }: { readonly message: string }): VNode => (
  <p class="problem card" role="alert">
    {message}
  </p>
);

export const Waiting = (): VNode => (
  <p class="waiting soft" role="status">
    One moment…
  </p>
);
