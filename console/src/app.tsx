/** The frame around every page. */
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useLive } from './live.js';
import { useRoute } from './location.js';
import mark from './mark.svg';
import { NewsArea, say } from './news.js';
import { FilePage } from './pages/file.js';
import { FilesPage } from './pages/files.js';
import { KeeperPage } from './pages/keeper.js';
import { KeepersPage } from './pages/keepers.js';
import { OverviewPage } from './pages/overview.js';
import { type Route, toHash } from './route.js';
import { isShutOut, SessionMark, ShutOut } from './session.js';
import { ThemeSwitch } from './theme.js';
import { DropArea } from './uploads/drop-area.js';
import { UploadPanel } from './uploads/upload-panel.js';

export function App(): VNode {
  const route = useRoute();
  return (
    <DropArea route={route}>
      <button type="button" class="skip" onClick={skip}>
        Skip to the content
      </button>
      <Header route={route} />
      <main id="content" tabIndex={-1}>
        {isShutOut() ? <ShutOut /> : <Page route={route} />}
      </main>
      <UploadPanel />
      <NewsArea />
      <SpokenHealth />
    </DropArea>
  );
}

const skip = (): void => document.getElementById('content')?.focus();

const links = [
  { title: 'Overview', route: { page: 'overview' }, pages: ['overview'] },
  { title: 'Keepers', route: { page: 'keepers' }, pages: ['keepers', 'keeper'] },
  {
    title: 'Files',
    route: { page: 'files', text: '', match: 'begins', after: '' },
    pages: ['files', 'file'],
  },
] as const;

function Header({ route }: { readonly route: Route }): VNode {
  return (
    <header class="top">
      <a class="brand" href={toHash({ page: 'overview' })}>
        <img src={mark} alt="" width="28" height="28" />
        <span>Reelkeep</span>
      </a>
      <nav class="tabs" aria-label="Pages">
        {links.map((link) => {
          const isCurrent = (link.pages as readonly string[]).includes(route.page);
          return (
            <a
              key={link.title}
              href={toHash(link.route)}
              {...(isCurrent && { 'aria-current': 'page' as const })}
            >
              {link.title}
            </a>
          );
        })}
      </nav>
      <div class="top-end">
        <Line />
        <SessionMark />
        <ThemeSwitch />
      </div>
    </header>
  );
}

const lines = {
  connecting: 'Connecting',
  live: 'Live',
  broken: 'Not connected',
} as const;

function Line(): VNode {
  const { line } = useLive();
  return (
    <span class={`line line-${line}`}>
      <span class="line-dot" aria-hidden="true" />
      {lines[line]}
    </span>
  );
}

/** Tells a screen reader when the health of the cluster becomes another one, and nothing in between. */
function SpokenHealth(): null {
  const health = useLive().overview?.health;
  const heard = useRef<string>(undefined);
  useEffect(() => {
    if (health === undefined || health.level === heard.current) return;
    if (heard.current !== undefined) say(health.sentence);
    heard.current = health.level;
  }, [health]);
  return null;
}

function Page({ route }: { readonly route: Route }): VNode {
  switch (route.page) {
    case 'overview':
      return <OverviewPage />;
    case 'keepers':
      return <KeepersPage />;
    case 'keeper':
      return <KeeperPage key={route.keeper} keeper={route.keeper} after={route.after} />;
    case 'files':
      return <FilesPage query={route} />;
    case 'file':
      return <FilePage key={route.name} name={route.name} />;
    case 'unknown':
      return (
        <>
          <h1>No such page</h1>
          <p>
            <a href="#/">Go to the overview</a>
          </p>
        </>
      );
  }
}
