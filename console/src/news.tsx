/** Short messages: shown for a while, and read out by screen readers once. */
import type { VNode } from 'preact';
import { createStore, useStore } from './store.js';

interface News {
  readonly id: number;
  readonly text: string;
  readonly tone: 'good' | 'bad';
}

const shownMs = 6000;
const shownMax = 4;

const shown = createStore<readonly News[]>([]);
const spoken = createStore('');
let count = 0;

export function tell(text: string, tone: News['tone'] = 'good'): void {
  count += 1;
  const news = { id: count, text, tone };
  shown.set([...shown.get(), news].slice(-shownMax));
  say(text);
  setTimeout(() => shown.set(shown.get().filter(({ id }) => id !== news.id)), shownMs);
}

/** For screen readers alone. */
export const say = (text: string): void => spoken.set(text);

export function NewsArea(): VNode {
  const news = useStore(shown);
  const words = useStore(spoken);
  return (
    <>
      <div class="only-read" role="status" aria-live="polite">
        {words}
      </div>
      <div class="news" aria-hidden="true">
        {news.map(({ id, text, tone }) => (
          <p key={id} class={`news-item tone-${tone}`}>
            {text}
          </p>
        ))}
      </div>
    </>
  );
}
