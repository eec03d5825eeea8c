/** The console with very many files: how soon its first page shows, what more of them cost, and a search through all. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
import type { FilePageJson } from '../../../src/actors/gateway/api-shapes.js';
import { ServerProcess } from '../../../src/cli/local/server-process.js';
import { chromiumArgs, chromiumPath, noChromiumReason } from '../../chromium.js';
import { makeTable, nameOf } from '../made-table.js';
import type { Goal, Measurement, Result } from '../measurement.js';
import { ownMemoryBytes } from '../process-usage.js';
import type { Figures, Stage } from '../stage.js';

const goals = {
  'console-first': { better: 'lower', toBeat: 1000 },
  'console-next': { better: 'lower', toBeat: 500 },
  'console-heap': { better: 'lower', toBeat: 4 },
  'console-memory': { better: 'lower', toBeat: 64 },
  'console-search': { better: 'lower', toBeat: 60 },
} as const satisfies Record<string, Goal>;

type Name = keyof typeof goals;

export const consoleFigures: readonly Figures[] = [
  { names: Object.keys(goals), run: (stage) => measureConsole(stage) },
];

const mebibyte = 1024 * 1024;
const pagesTurned = 50;
const warmingTurns = 2;
const filesOfPage = 100;

async function measureConsole(stage: Stage): Promise<readonly Result[]> {
  if (chromiumPath === undefined)
    return Object.keys(goals).map((name) => ({ name, skipped: noChromiumReason }));
  const { tableFiles, rounds } = stage.scale;
  const dir = await stage.freshDirectory('console');
  await makeTable(join(dir, 'master'), tableFiles);
  const master = await startMaster(dir);
  const browser = await chromium.launch({ executablePath: chromiumPath, args: chromiumArgs });
  const taken = new Map<Name, number[]>();
  const note = (name: Name, value: number): void => {
    taken.set(name, [...(taken.get(name) ?? []), value]);
  };
  try {
    for (let round = 0; round <= rounds; round += 1)
      await withGateway(dir, master, (gateway) =>
        look(browser, gateway, { tableFiles, note: round === 0 ? () => undefined : note }),
      );
  } finally {
    await browser.close();
    await master.end('SIGTERM');
    await rm(dir, { recursive: true, force: true });
  }
  const files = `${tableFiles.toLocaleString('en')} files`;
  const of = (name: Name, what: string, unit: Measurement['unit']): Measurement => ({
    name,
    what,
    unit,
    values: taken.get(name) ?? [],
    goal: goals[name],
  });
  return [
    of('console-first', `from opening the page of ${files} in Chromium until they show`, 'ms'),
    of('console-next', `one page further, of ${pagesTurned}`, 'ms'),
    of(
      'console-heap',
      'that the page holds more after these than before, all else collected',
      'MiB',
    ),
    of('console-memory', 'that the gateway holds more after a search through all names', 'MiB'),
    of('console-search', `a search for what no name of ${files} contains, to its end`, 's'),
  ];
}

interface Looking {
  readonly tableFiles: number;
  readonly note: (name: Name, value: number) => void;
}

async function look(
  browser: Browser,
  gateway: ServerProcess,
  { tableFiles, note }: Looking,
): Promise<void> {
  const origin = `http://${gateway.address}`;
  const context = await browser.newContext();
  const page = await context.newPage();
  note('console-first', await inMs(() => openFiles(page, origin)));
  const session = await context.newCDPSession(page);
  // The first turns fetch and compile what comes with them.
  for (let turned = 0; turned < warmingTurns; turned += 1) await turnPage(page);
  const before = await heapBytes(session);
  const pagesLeft = tableFiles / filesOfPage - 1 - warmingTurns;
  for (let turned = 0; turned < Math.min(pagesTurned, pagesLeft); turned += 1)
    note('console-next', await inMs(() => turnPage(page)));
  note('console-heap', ((await heapBytes(session)) - before) / mebibyte);
  await context.close();
  const memoryBefore = await ownMemoryBytes(gateway.pid);
  note('console-search', (await inMs(() => searchAll(origin))) / 1000);
  note('console-memory', ((await ownMemoryBytes(gateway.pid)) - memoryBefore) / mebibyte);
}

async function openFiles(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/#/files`);
  await page.getByRole('link', { name: nameOf(0) }).waitFor();
}

async function turnPage(page: Page): Promise<void> {
  const first = page.locator('tbody a').first();
  const before = await first.textContent();
  await page.getByRole('link', { name: 'Next page' }).click();
  await page
    .locator('tbody a')
    .first()
    .filter({ hasNotText: before ?? '' })
    .waitFor();
}

async function heapBytes(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  return (await session.send('Runtime.getHeapUsage')).usedSize;
}

async function searchAll(origin: string): Promise<void> {
  for (let after: string | undefined = ''; after !== undefined; ) {
    const query = new URLSearchParams({ contains: 'in no name', after });
    const answer = await fetch(`${origin}/api/files?${query}`);
    if (!answer.ok) throw new Error(await answer.text());
    after = ((await answer.json()) as FilePageJson).next;
  }
}

async function inMs(work: () => Promise<void>): Promise<number> {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
}

const startMaster = (dir: string): Promise<ServerProcess> =>
  ServerProcess.start({
    program: 'master',
    args: ['--port', '0', '--data', join(dir, 'master'), '--log-level', 'warn'],
    logFile: join(dir, 'master.log'),
  });

async function withGateway(
  dir: string,
  master: ServerProcess,
  work: (gateway: ServerProcess) => Promise<void>,
): Promise<void> {
  const gateway = await ServerProcess.start({
    program: 'gateway',
    args: ['--port', '0', '--master', master.address, '--spool', join(dir, 'gateway')],
    logFile: join(dir, 'gateway.log'),
  });
  try {
    await work(gateway);
  } finally {
    await gateway.end('SIGTERM');
  }
}
