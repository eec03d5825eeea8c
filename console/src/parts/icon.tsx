/** Small line drawings; each stands beside words, so none is read out. */
import type { VNode } from 'preact';

const shapes = {
  half: 'M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M2 12h2M20 12h2M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z',
  good: 'M5 12.5l4.5 4.5L19 7.5',
  attention: 'M12 5v9M12 18.6v.4',
  bad: 'M7 7l10 10M17 7L7 17',
  upload: 'M12 16V5M7 10l5-5 5 5M4 16v3a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-3',
  download: 'M12 4v11M7 10l5 5 5-5M4 16v3a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-3',
  pause: 'M8 5v14M16 5v14',
  play: 'M7 5l12 7-12 7z',
  cross: 'M6 6l12 12M18 6L6 18',
  again: 'M4 12a8 8 0 1 0 2.5-5.8M4 4v4h4',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L20 20',
  pen: 'M4 20l1-4L16 5l3 3L8 19z',
  bin: 'M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13',
  leave: 'M14 5H6a1 1 0 0 0-1 1v12a1 1 0 0 0 1 1h8M11 12h10M17 8l4 4-4 4',
  shield: 'M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6zM9 12l2 2 4-4',
  left: 'M14 6l-6 6 6 6',
  right: 'M10 6l6 6-6 6',
} as const;

export type IconName = keyof typeof shapes;

export const Icon = ({ name }: { readonly name: IconName }): VNode => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path d={shapes[name]} />
  </svg>
);
