/**
 * Every page of the console, looked at: by axe-core for whoever does not see it, light and dark, on
 * a desktop and on a phone. With `REELKEEP_PICTURES=DIR` pictures of them are put there.
 */
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { clip, Rig } from '../rig.js';
import {
  dropFile,
  type Look,
  makePlayableFilm,
  noBrowserReason,
  openPage,
  startBrowser,
} from './a-browser.js';
import { startGateway } from './a-gateway.js';

const timeout = 300_000;
const picturesTo = process.env['REELKEEP_PICTURES'];
const film = 'archive/2026/harbour at dawn.mp4';
const slowFilm = 'cameras/yard/slow start.mp4';

interface PageToSee {
  readonly name: string;
  readonly hash: string;
  /** Until the page is as it is to be looked at. */
  readonly until: (page: Page) => Promise<void>;
}

/** What was read once is in memory, and comes from no keeper. */
const unreadFilms = [
  'archive/2026/market, second day.mp4',
  'lectures/algebra/01 sets & maps.mp4',
  'lectures/algebra/02 groups.mp4',
];

const shows = (text: string | RegExp) => (page: Page) => page.getByText(text).first().waitFor();

const pages: readonly PageToSee[] = [
  { name: 'keepers', hash: '#/keepers', until: shows('127.0.0.1') },
  { name: 'keeper', hash: '#/keepers/k1', until: shows(film) },
  { name: 'files', hash: '#/files', until: shows(film) },
  { name: 'search', hash: '#/files?text=STA&match=contains', until: shows(slowFilm) },
  { name: 'nothing-found', hash: '#/files?text=nowhere', until: shows('Show all files') },
  {
    name: 'file',
    hash: `#/file/${encodeURIComponent(film)}`,
    until: (page) => page.locator('video[poster^="blob:"]').waitFor(),
  },
  {
    name: 'slow-file',
    hash: `#/file/${encodeURIComponent(slowFilm)}`,
    until: shows('This film starts slowly.'),
  },
  {
    name: 'delete',
    hash: `#/file/${encodeURIComponent(film)}`,
    until: (page) => page.getByRole('button', { name: 'Delete' }).click(),
  },
  {
    name: 'rename',
    hash: `#/file/${encodeURIComponent(film)}`,
    until: async (page) => {
      // The page is the same, and its last question is still open.
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Rename' }).click();
    },
  },
  {
    name: 'overview',
    hash: '#/',
    until: async (page) => {
      const path = `/files/${encodeURIComponent(unreadFilms.pop() ?? film)}`;
      await page.evaluate(`fetch('${path}').then((answer) => answer.blob()).then(() => 0)`);
      await shows(/^All is well/)(page);
      await page.getByText(/sent [1-9][\d.]* MiB/).waitFor();
    },
  },
  { name: 'no-such-page', hash: '#/nowhere', until: shows('No such page') },
];

type Seen = Required<Pick<Look, 'screen' | 'colorScheme'>>;

const looks: readonly Seen[] = [
  { screen: 'desktop', colorScheme: 'light' },
  { screen: 'desktop', colorScheme: 'dark' },
  { screen: 'phone', colorScheme: 'light' },
];

describe.skipIf(noBrowserReason !== undefined)('each page of the console', () => {
  it('is sound for whoever hears it, does not see colours or has a small screen', {
    timeout,
  }, async () => {
    const { browser, origin } = await aFilledConsole();
    const found: string[] = [];

    for (const look of looks) {
      const { page, complaints } = await openPage(browser, `${origin}/`, look);
      for (const { name, hash, until } of pages) {
        await page.goto(`${origin}/${hash}`);
        await until(page);
        const where = `${name}, ${look.screen}, ${look.colorScheme}`;
        await takePicture(page, name, look);
        const problems = [...(await judgeByAxe(page)), ...(await overflowOf(page))];
        found.push(...problems.map((problem) => `${where}: ${problem}`));
      }
      found.push(...complaints);
      await page.context().close();
    }

    expect(found).toEqual([]);
  });

  it('is sound while a film is uploaded and a keeper is lost', { timeout }, async () => {
    const { rig, browser, origin } = await aFilledConsole();
    const path = await makePlayableFilm(rig.path('new.mp4'), 4);
    const found: string[] = [];

    for (const look of looks) {
      const { page } = await openPage(browser, `${origin}/#/`, look);
      if (look === looks[0]) {
        await page.getByText(/^All is well/).waitFor();
        await rig.kill('k2');
      }
      await page.getByText('Keeper k2 is lost.').first().waitFor();
      const ownName = rig.path(`a new film, ${look.screen}, ${look.colorScheme}.mp4`);
      await copyFile(path, ownName);
      await dropFile(page, ownName);
      await page.getByRole('complementary', { name: 'Uploads' }).waitFor();
      await takePicture(page, 'lost-keeper', look);
      found.push(...(await judgeByAxe(page)));
      await page.context().close();
    }

    expect(found).toEqual([]);
  });
});

async function aFilledConsole() {
  const rig = await Rig.start({ keepers: 4 });
  const path = await makePlayableFilm(rig.path('film.mp4'), 24);
  const names = [
    film,
    'archive/2026/market, second day.mp4',
    'archive/2026/night train #4.mp4',
    'lectures/algebra/01 sets & maps.mp4',
    'lectures/algebra/02 groups.mp4',
    'reels/été 2025 – côte.mp4',
  ];
  for (const name of names) await rig.succeed('put', path, '--as', name);
  const slow = createRequire(import.meta.url).resolve('#fixtures/moov-last.mp4');
  await rig.succeed('put', slow, '--as', slowFilm);
  await rig.succeed('put', clip, '--as', 'cameras/yard/clip 50%.mp4');
  await rig.healthy();
  const gateway = await startGateway(rig);
  const browser: Browser = await startBrowser();
  return { rig, browser, origin: gateway.origin };
}

const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function judgeByAxe(page: Page): Promise<string[]> {
  if ((await page.evaluate('typeof axe')) === 'undefined') await page.evaluate(await axe);
  const { violations, passes } = (await page.evaluate('axe.run(document)')) as AxeResults;
  if (passes.length < rulesMin) return [`only ${passes.length} rules had anything to look at`];
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${String(target)}: ${failureSummary}`),
  );
}

/** A page on which fewer rules find anything to judge has not been shown. */
const rulesMin = 10;

/** A page that has to be moved sideways is too wide for its screen. */
async function overflowOf(page: Page): Promise<string[]> {
  const root = 'document.documentElement';
  const wide = await page.evaluate(`${root}.scrollWidth - ${root}.clientWidth`);
  return wide === 0 ? [] : [`${String(wide)} pixels too wide`];
}

async function takePicture(page: Page, name: string, look: Seen): Promise<void> {
  if (picturesTo === undefined) return;
  await mkdir(picturesTo, { recursive: true });
  const path = join(picturesTo, `${name}-${look.screen}-${look.colorScheme}.png`);
  await page.screenshot({ path, animations: 'disabled', fullPage: true });
}
