import { describe, expect, it } from 'vitest';
import { runProgram } from '../../../src/cli/local/run-program.js';
import { clip, Rig } from '../rig.js';
import { noBrowserReason, openPage, startBrowser } from './a-browser.js';
import { startGateway } from './a-gateway.js';

const timeout = 120_000;
/** A proxy that encrypts says so; here the browser does. */
const throughProxy = { headers: { 'x-forwarded-proto': 'https' } };

describe.skipIf(noBrowserReason !== undefined)('the console where a link is asked for', () => {
  it('shows nothing to whoever has none', { timeout }, async () => {
    const { origin, browser } = await aGuardedConsole();

    const { page, complaints } = await openPage(browser, `${origin}/#/files`, throughProxy);

    await page.getByRole('heading', { name: 'This gateway asks for a link' }).waitFor();
    expect(await page.getByRole('table').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('shows what the link allows, and offers nothing else', { timeout }, async () => {
    const { origin, browser, linkFor } = await aGuardedConsole();
    const link = await linkFor('--allow', 'read,list', '--prefix', 'films/', '--label', 'ann');

    const { page, complaints } = await openPage(browser, link, throughProxy);
    await page.getByText('ann', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Files' }).click();
    await page.getByRole('link', { name: 'films/a.mp4' }).waitFor();

    expect(await page.getByRole('link', { name: 'secret/b.mp4' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Upload' }).count()).toBe(0);
    await page.getByRole('link', { name: 'films/a.mp4' }).click();
    await page.getByRole('link', { name: 'Download' }).waitFor();
    await page.locator('video[poster^="blob:"]').waitFor();
    expect(await page.getByRole('button', { name: 'Delete' }).count()).toBe(0);
    expect(complaints).toEqual([]);

    await page.getByRole('button', { name: 'Leave' }).click();
    await page.getByRole('heading', { name: 'This gateway asks for a link' }).waitFor();
    expect(new URL(page.url()).origin).toBe(origin);
  });
});

async function aGuardedConsole() {
  const rig = await Rig.start({ keepers: 3 });
  await rig.succeed('put', clip, '--as', 'films/a.mp4');
  await rig.succeed('put', clip, '--as', 'secret/b.mp4');
  const secret = ['--secret', rig.path('link-keys.json')];
  await succeed('init-secret', ...secret);
  const { origin } = await startGateway(rig, ['--behind-proxy', ...secret]);
  const linkFor = async (...args: readonly string[]): Promise<string> => {
    // Links are for what is encrypted: as the proxy would be asked, and here it is left out.
    const url = origin.replace('http:', 'https:');
    const link = await succeed('link', '--url', url, ...secret, ...args);
    return link.trim().replace('https:', 'http:');
  };
  return { origin, linkFor, browser: await startBrowser() };
}

async function succeed(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram('gateway', args);
  if (code !== 0) throw new Error(`gateway ${args.join(' ')}: exit ${code}: ${stderr}`);
  return stdout;
}
