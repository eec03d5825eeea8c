/** A headless Chromium on the console of a gateway; whatever it complains of fails the test that looks. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { chromiumArgs, chromiumPath, noChromiumReason } from '../../chromium.js';

const hasFfmpeg = existsSync('/usr/bin/ffmpeg');

/** Undefined when tests with a browser can run. */
export const noBrowserReason = reasonOf();

function reasonOf(): string | undefined {
  if (chromiumPath === undefined) return noChromiumReason;
  return hasFfmpeg ? undefined : 'no /usr/bin/ffmpeg to make a film with';
}

if (noBrowserReason !== undefined)
  process.stderr.write(`tests of the console are skipped: ${noBrowserReason}\n`);

type Screen = 'desktop' | 'phone';

const sizes = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

export interface Look {
  readonly screen?: Screen;
  readonly colorScheme?: 'light' | 'dark';
  /** That the browser sends with each request. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Opened {
  readonly page: Page;
  /** Errors on the console, exceptions, and what the policy of the page forbade. */
  readonly complaints: readonly string[];
}

/** Ended with the test. */
export async function startBrowser(): Promise<Browser> {
  const browser = await chromium.launch({
    ...(chromiumPath !== undefined && { executablePath: chromiumPath }),
    args: chromiumArgs,
  });
  onTestFinished(() => browser.close());
  return browser;
}

export async function openPage(
  browser: Browser,
  url: string,
  { screen = 'desktop', colorScheme = 'light', headers = {} }: Look = {},
): Promise<Opened> {
  const context = await browser.newContext({
    viewport: sizes[screen],
    colorScheme,
    extraHTTPHeaders: headers,
    locale: 'en-GB',
    timezoneId: 'UTC',
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.exposeFunction('complain', (text: string) => void complaints.push(text));
  await page.addInitScript({ content: tellOfViolations });
  await page.goto(url);
  return { page, complaints };
}

const tellOfViolations = `addEventListener('securitypolicyviolation', (event) =>
  complain('the policy forbids ' + event.blockedURI + ' (' + event.violatedDirective + ')'))`;

/** As somebody does it with a file from their desktop. */
export async function dropFile(page: Page, path: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x: 180, y: 400, data });
  await session.detach();
}

/** The tab key, until what has the focus is called so. */
export async function tabTo(page: Page, name: string): Promise<void> {
  const pressesMax = 60;
  for (let presses = 0; presses < pressesMax; presses += 1) {
    await page.keyboard.press('Tab');
    const focused = page.locator(':focus');
    if ((await focused.count()) === 0) continue;
    const said = await focused.evaluate((element) => {
      const label = element.closest('label')?.textContent ?? '';
      return element.getAttribute('aria-label') ?? (element.textContent || label);
    });
    if (said.trim() === name) return;
  }
  throw new Error(`no tab leads to "${name}"`);
}

/** A film in which each second looks otherwise, of several chunks. */
export async function makePlayableFilm(path: string, seconds: number): Promise<string> {
  const picture =
    'gradients=s=960x540:c0=0x1d2b53:c1=0xe8a87c:c2=0x41b3a3:n=3:speed=0.02:rate=25:seed=7';
  await promisify(execFile)('/usr/bin/ffmpeg', [
    ...['-v', 'error', '-y', '-f', 'lavfi', '-i', `${picture}:duration=${seconds}`],
    ...['-f', 'lavfi', '-i', `sine=frequency=330:duration=${seconds}`],
    ...['-vf', 'noise=alls=8:allf=t', '-c:v', 'libx264', '-preset', 'ultrafast'],
    ...['-pix_fmt', 'yuv420p', '-b:v', '3M', '-c:a', 'aac', '-movflags', '+faststart', path],
  ]);
  return path;
}
