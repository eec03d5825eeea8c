/** Servers of a test that can be looked at. */
import { onTestFinished } from 'vitest';
import { ServerProcess } from '../../src/cli/local/server-process.js';
import { Rig } from './rig.js';
import { type Scrape, scrape } from './scrape.js';

export const looked = ['--metrics-port', '0'];

export const startLooked = (keepers: number): Promise<Rig> =>
  Rig.start({ keepers, masterArgs: looked, keeperArgs: looked });

export async function startGateway(rig: Rig): Promise<ServerProcess> {
  const gateway = await ServerProcess.start({
    program: 'gateway',
    args: ['--port', '0', '--master', rig.masterAddress, '--spool', rig.path('spool'), ...looked],
    logFile: rig.path('gateway.log'),
  });
  onTestFinished(() => gateway.end('SIGKILL'));
  return gateway;
}

export const portOf = (rig: Rig, name: string): number | undefined =>
  rig.server(name).ready.metricsPort;

export const scrapeOf = (rig: Rig, name: string): Promise<Scrape> => scrape(portOf(rig, name));

export const scrapeKeepers = (rig: Rig): Promise<Scrape[]> =>
  Promise.all(rig.keeperNames.map((name) => scrapeOf(rig, name)));
