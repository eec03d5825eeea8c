/** Light, dark, or as the system says. */
import type { VNode } from 'preact';
import { Icon } from './parts/icon.js';
import { createStore, useStore } from './store.js';

type Theme = 'system' | 'light' | 'dark';

const key = 'reelkeep-theme';
const next: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' };

const stored = localStorage.getItem(key);
const theme = createStore<Theme>(stored === 'light' || stored === 'dark' ? stored : 'system');

export function applyTheme(): void {
  const chosen = theme.get();
  if (chosen === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = chosen;
}

export function ThemeSwitch(): VNode {
  const chosen = useStore(theme);
  const turn = (): void => {
    theme.set(next[chosen]);
    localStorage.setItem(key, next[chosen]);
    applyTheme();
  };
  const icon = { system: 'half', light: 'sun', dark: 'moon' } as const;
  return (
    <button type="button" class="icon-button" onClick={turn} title={`Colours: ${chosen}`}>
      <Icon name={icon[chosen]} />
      <span class="only-read">
        Colours: {chosen}. Change to {next[chosen]}.
      </span>
    </button>
  );
}
