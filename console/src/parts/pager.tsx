/** The way through pages that each know the next one; back is the browser's. */
import type { VNode } from 'preact';
import { Icon } from './icon.js';

interface PagerProps {
  readonly label: string;
  /** Addresses; absent where there is no such page. */
  readonly first: string | undefined;
  readonly next: string | undefined;
}

export function Pager({ label, first, next }: PagerProps): VNode | null {
  if (first === undefined && next === undefined) return null;
  return (
    <nav class="pager" aria-label={label}>
      {first !== undefined && (
        <>
          <a class="button" href={first}>
            First page
          </a>
          <button type="button" onClick={() => history.back()}>
            <Icon name="left" />
            Back
          </button>
        </>
      )}
      {next !== undefined && (
        <a class="button pager-next" href={next}>
          Next page
          <Icon name="right" />
        </a>
      )}
    </nav>
  );
}
