import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { clip, Rig } from '../rig.js';
import {
  dropFile,
  makePlayableFilm,
  noBrowserReason,
  openPage,
  startBrowser,
  tabTo,
} from './a-browser.js';
import { startGateway } from './a-gateway.js';

const filmSeconds = 24;
const timeout = 180_000;

describe.skipIf(noBrowserReason !== undefined)('the console in a browser', () => {
  it('stores a film that is dropped on it, plays it, shows a lost keeper and the repair, and deletes it', {
    timeout,
  }, async () => {
    const { rig, page, complaints } = await aConsole({ keepers: 4 });
    const film = await makePlayableFilm(rig.path('harbour at dawn #1.mp4'), filmSeconds);
    await page.getByRole('link', { name: 'Files' }).click();
    await page.getByText('No file is stored yet.').waitFor();

    await dropFile(page, film);
    await page.getByText('stored, replicas 3/3').waitFor();
    await page
      .getByRole('complementary', { name: 'Uploads' })
      .getByRole('link', { name: 'harbour at dawn #1.mp4' })
      .click();

    await page.getByRole('heading', { level: 1, name: 'harbour at dawn #1.mp4' }).waitFor();
    await page.locator('video[poster^="blob:"]').waitFor();
    await play(page);
    await seek(page, filmSeconds - 6);

    const { replicas } = await rig.stat('harbour at dawn #1.mp4');
    const [killed] = replicas;
    const spare = rig.keeperNames.find((name) => replicas.every(({ keeper }) => keeper !== name));
    if (killed === undefined || spare === undefined) throw new Error('three of four have it');
    await rig.kill(killed.keeper);
    await page.getByRole('img', { name: `${spare} has all` }).waitFor();
    await page.getByRole('img', { name: new RegExp(`^${spare} .*, live$`) }).waitFor();
    await seek(page, 2);
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByText(`Keeper ${killed.keeper} is lost.`).first().waitFor();

    await page.goBack();
    await page.getByRole('button', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete this file?' });
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await rig.stat('harbour at dawn #1.mp4');
    await page.getByRole('button', { name: 'Delete' }).click();
    await dialog.getByRole('button', { name: 'Delete' }).click();

    await page.getByText('No file is stored yet.').waitFor();
    expect((await rig.client('stat', 'harbour at dawn #1.mp4')).code).toBe(3);
    expect(complaints).toEqual([]);
  });

  it('pauses an upload, and resumes it where it was', { timeout }, async () => {
    const { rig, page, complaints } = await aConsole({ keepers: 3 });
    const film = await makePlayableFilm(rig.path('long.mp4'), filmSeconds);
    await throttle(page, 2 * 1024 ** 2);

    await dropFile(page, film);
    await page.getByText(/MiB of .*, .*left/).waitFor();
    await page.getByRole('button', { name: 'Pause the upload of long.mp4' }).click();
    const paused = page.getByText(/paused at [1-9].* MiB of/);
    await paused.waitFor();
    expect((await rig.client('stat', 'long.mp4')).code).toBe(3);
    await throttle(page, -1);
    await page.getByRole('button', { name: 'Resume the upload of long.mp4' }).click();

    await page.getByText('stored, replicas 3/3').waitFor();
    expect((await rig.client('verify', 'long.mp4', film)).code).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('can be used with the keyboard alone', { timeout }, async () => {
    const { rig, page, complaints } = await aConsole({ keepers: 3 });
    await rig.succeed('put', clip, '--as', 'a/clip.mp4');
    await rig.succeed('put', clip, '--as', 'b/50% #2?.mp4');
    await rig.healthy();
    const { keyboard } = page;

    await tabTo(page, 'Skip to the content');
    await tabTo(page, 'Files');
    await keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Files' }).waitFor();
    await tabTo(page, 'Text to look for in names');
    await keyboard.type('b/');
    await page.getByRole('link', { name: 'a/clip.mp4' }).waitFor({ state: 'detached' });
    await tabTo(page, 'b/50% #2?.mp4');
    await keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'b/50% #2?.mp4' }).waitFor();

    await tabTo(page, 'Rename');
    await keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Rename the file' }).waitFor();
    await tabTo(page, 'New name');
    await keyboard.press('Control+A');
    await keyboard.type('b/renamed %23.mp4');
    await keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'b/renamed %23.mp4' }).waitFor();

    await tabTo(page, 'Verify now');
    await keyboard.press('Enter');
    await page.getByText('3 replicas read again: every chunk is sound.').first().waitFor();

    await tabTo(page, 'Delete');
    await keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await rig.stat('b/renamed %23.mp4');
    await tabTo(page, 'Delete');
    await keyboard.press('Enter');
    await tabTo(page, 'Delete');
    await keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Files' }).waitFor();

    expect((await rig.client('stat', 'b/renamed %23.mp4')).code).toBe(3);
    expect(complaints).toEqual([]);
  });

  it('shows names as text, whatever is written in them', { timeout }, async () => {
    const { rig, page, complaints } = await aConsole({ keepers: 3 });
    const hostile = '<img src=x onerror=alert(1)>"\'&amp;%00#?.mp4';
    await rig.succeed('put', clip, '--as', hostile);

    await page.getByRole('link', { name: 'Files' }).click();
    await page.getByRole('link', { name: hostile }).click();

    await page.getByRole('heading', { level: 1, name: hostile }).waitFor();
    await play(page);
    expect(await page.locator('main img').count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});

async function aConsole(options: { readonly keepers: number }) {
  const rig = await Rig.start(options);
  const gateway = await startGateway(rig);
  const browser = await startBrowser();
  const { page, complaints } = await openPage(browser, gateway.origin);
  await page.getByText(/^All is well/).waitFor();
  return { rig, page, complaints };
}

interface Film {
  muted: boolean;
  currentTime: number;
  readonly seeking: boolean;
  readonly readyState: number;
  play(): Promise<void>;
}

/** `HAVE_CURRENT_DATA`: there is a picture of this moment. */
const hasPicture = 2;

const film = (page: Page) => page.locator('video');

/** Its picture moves on. */
async function play(page: Page): Promise<void> {
  await film(page).evaluate((element: Film) => {
    element.muted = true;
    return element.play();
  });
  await playsFrom(page, 0);
}

/** Shows the picture of then, and goes on from there. */
async function seek(page: Page, seconds: number): Promise<void> {
  await film(page).evaluate((element: Film, to: number) => {
    element.currentTime = to;
  }, seconds);
  await playsFrom(page, seconds);
}

async function playsFrom(page: Page, seconds: number): Promise<void> {
  const look = () =>
    film(page).evaluate(({ currentTime, seeking, readyState }: Film) => ({
      currentTime,
      seeking,
      readyState,
    }));
  const isPlaying = async (): Promise<boolean> => {
    const { currentTime, seeking, readyState } = await look();
    return !seeking && readyState >= hasPicture && currentTime > seconds + 0.5;
  };
  await expect.poll(isPlaying, { timeout: 15_000 }).toBe(true);
}

/** What the browser may send in a second; all of it for less than nothing. */
async function throttle(page: Page, uploadThroughput: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const rest = { offline: false, latency: 0, downloadThroughput: -1 };
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', { ...rest, uploadThroughput });
}
