/** `npm start`: a local cluster that stays up with its gateway, and what to type next. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Command } from 'commander';
import { ReelkeepError } from '../../domain/errors.js';
import { argumentParser, quietly, runCommandLine } from '../command-line.js';
import { failureOf, failureText } from '../fail.js';
import { parseCount, parsePort } from '../flag-values.js';
import { createPaint, wantsColor } from '../paint.js';
import { LocalCluster } from './local-cluster.js';

interface BoardFlags {
  readonly data: string;
  readonly port: number;
  readonly keepers: number;
  readonly gatewayPort: number;
}

/** @returns the exit code */
export async function runLocalCluster(argv: readonly string[]): Promise<number> {
  const program = quietly(new Command('cluster'), process.stdout)
    .description('A master and its keepers on this machine, until Ctrl-C.')
    .option('--data <dir>', 'where all of it is kept', 'data')
    .option(
      '--port <port>',
      'of the master; keepers take the ones after it',
      argumentParser(parsePort),
      7000,
    )
    .option('--keepers <count>', 'how many', argumentParser(parseCount), 3)
    .option(
      '--gateway-port <port>',
      'of the gateway, where the cluster is seen and films are watched; 0 for a free one',
      argumentParser(parsePort),
      8080,
    )
    .action(keepRunning);
  try {
    await runCommandLine(program, argv);
    return 0;
  } catch (error) {
    const failure = failureOf(error);
    process.stderr.write(`${failureText(failure, 'reelkeep cluster', false)}\n`);
    return failure.exit;
  }
}

async function keepRunning({ data, port, keepers, gatewayPort }: BoardFlags): Promise<void> {
  await requireFreePort(gatewayPort);
  const cluster = await LocalCluster.start({
    dataDir: data,
    masterPort: port,
    keeperPorts: Array.from({ length: keepers }, (_, index) => (port === 0 ? 0 : port + 1 + index)),
    gatewayPort,
  });
  process.stdout.write(boardText(cluster, data));
  const end = await new Promise<'told to' | 'without a master'>((resolve) => {
    process.once('SIGINT', () => resolve('told to'));
    process.once('SIGTERM', () => resolve('told to'));
    cluster.master.onExit(() => resolve('without a master'));
  });
  process.stderr.write('\nstopping\n');
  await cluster.stop();
  if (end === 'without a master')
    throw new ReelkeepError(
      'internal',
      `the master has ended by itself; ${join(data, 'master.log')} says why`,
    );
}

/** Before anything is started: another program is often found on this one. */
async function requireFreePort(port: number): Promise<void> {
  const probe = createServer();
  try {
    probe.listen(port, '127.0.0.1');
    await once(probe, 'listening');
  } catch (error) {
    throw new ReelkeepError(
      'conflict',
      `port ${port} of 127.0.0.1 is in use: choose another for the gateway with --gateway-port, or 0 for a free one`,
      { cause: error },
    );
  } finally {
    probe.close();
  }
}

function boardText(cluster: LocalCluster, dataDir: string): string {
  const { bold, dim } = createPaint(wantsColor('auto', process.stdout.isTTY, process.env));
  const { address } = cluster.master;
  const client = address === '127.0.0.1:7000' ? 'bin/client' : `bin/client --master ${address}`;
  const keepers = cluster.keepers.map((keeper) => keeper.address).join('  ');
  return [
    '',
    `  ${bold('Reelkeep is up.')}  master ${address}   keepers ${keepers}`,
    `  ${dim(`data in ${dataDir}, logs in ${join(dataDir, '*.log')}; Ctrl-C stops it and keeps the data`)}`,
    `  See it and watch it: ${bold(`http://${cluster.gateway?.address}/`)}`,
    '',
    `  In another terminal:`,
    `    ${client} put holiday.mp4          ${dim('store a film, or a folder of them')}`,
    `    ${client} stat holiday.mp4         ${dim('where its replicas are, and when they were last verified')}`,
    `    ${client} get holiday.mp4 -o .     ${dim('fetch it from all of them at once')}`,
    `    ${client} status                   ${dim('how the cluster is')}`,
    '',
    '',
  ].join('\n');
}
