/** The command line of a keeper, and of turning its disk back into a tree of files. */
import { Command, Option } from 'commander';
import type { KeeperOptions } from '../actors/keeper/config.js';
import { exportReplicas } from '../actors/keeper/export.js';
import { startKeeper } from '../actors/keeper/keeper.actor.js';
import { observeKeeper } from '../actors/keeper/observe-keeper.js';
import { ReelkeepError } from '../domain/errors.js';
import { argumentParser, quietly, runCommandLine } from './command-line.js';
import { parsePeriod } from './duration.js';
import { failureOf, failureText } from './fail.js';
import { parsePort, parseRate, parseShare } from './flag-values.js';
import { runServer, serverCommand, withMetrics } from './server-program.js';

interface KeeperFlags {
  readonly port: number;
  readonly host: string;
  readonly advertise?: string;
  readonly master: string;
  readonly data?: string;
  readonly id?: string;
  readonly reserve: number;
  readonly durability: 'strict' | 'relaxed';
  readonly scrubEvery: number;
  readonly repairCeiling: number | 'off';
  readonly repairFloor: number | 'off';
  readonly credentials?: string;
  readonly dataTls?: 'on' | 'off';
  readonly insecure: boolean;
  readonly metricsPort?: number;
  readonly metricsHost: string;
}

/** @returns the exit code */
export function runKeeper(argv: readonly string[]): Promise<number> {
  if (argv[0] === 'export') return runExport(argv.slice(1));
  const program = serverCommand('keeper', 'Holds replicas, each a whole and playable mp4 file.')
    .requiredOption(
      '--port <port>',
      'port to listen on, 0 for a free one',
      argumentParser(parsePort),
    )
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--advertise <host:port>', 'how clients and keepers reach this one')
    .option('--master <host:port>', 'the master', '127.0.0.1:7000')
    .option('--data <dir>', 'directory of the replicas (default: data/keeper-PORT)')
    .option('--id <id>', 'name of this keeper, for a new directory')
    .option(
      '--reserve <share>',
      'part of the disk that is left free',
      argumentParser(parseShare),
      0.05,
    )
    .addOption(
      new Option('--durability <kind>', 'relaxed leaves it to the system when bytes reach the disk')
        .choices(['strict', 'relaxed'])
        .default('strict'),
    )
    .option(
      '--scrub-every <time>',
      'within it each replica is read again and checked against the master',
      argumentParser(parsePeriod),
      30 * 86_400_000,
    )
    .option(
      '--repair-ceiling <rate>',
      'what copies of files with a second live replica take in, bytes a second at most',
      argumentParser(parseRate),
      'off',
    )
    .option(
      '--repair-floor <rate>',
      'the same while clients send to this keeper or read from it',
      argumentParser(parseRate),
      'off',
    )
    .option('--credentials <dir>', 'the keeper’s certificate, for a master that has one')
    .addOption(
      new Option(
        '--data-tls <on|off>',
        'films travel encrypted (default: on with --credentials, but on this machine alone)',
      ).choices(['on', 'off']),
    )
    .option('--insecure', 'reachable from other machines without a certificate', false)
    .addHelpText(
      'after',
      '\nkeeper export --data DIR --to TREE: makes named mp4 files out of a keeper’s directory',
    );
  withMetrics(program);
  return runServer({
    role: 'keeper',
    argv,
    program,
    start: (flags, log) =>
      startKeeper(toOptions(flags as unknown as KeeperFlags), log, observeKeeper),
  });
}

async function runExport(argv: readonly string[]): Promise<number> {
  const program = quietly(new Command('keeper export'), process.stdout)
    .description(
      'Makes a named tree of playable mp4 files out of a keeper’s directory; no master is needed.',
    )
    .requiredOption('--data <dir>', 'the keeper’s directory')
    .requiredOption('--to <dir>', 'where the tree is made')
    .action(async ({ data, to }: { data: string; to: string }) => {
      const { linked, copied, present, refused } = await exportReplicas(data, to);
      process.stderr.write(`${linked + copied + present} files in ${to}\n`);
      for (const { what, reason } of refused) process.stderr.write(`${what}: ${reason}\n`);
      if (refused.length > 0)
        throw new ReelkeepError('partial', `${refused.length} files could not be exported`);
    });
  try {
    await runCommandLine(program, argv);
    return 0;
  } catch (error) {
    const failure = failureOf(error);
    process.stderr.write(`${failureText(failure, 'reelkeep keeper', false)}\n`);
    return failure.exit;
  }
}

const toOptions = (flags: KeeperFlags): KeeperOptions => ({
  port: flags.port,
  host: flags.host,
  master: flags.master,
  reserve: flags.reserve,
  durability: flags.durability,
  scrubEveryMs: flags.scrubEvery,
  repairCeiling: flags.repairCeiling,
  repairFloor: flags.repairFloor,
  credentialsDir: flags.credentials,
  insecure: flags.insecure,
  metricsPort: flags.metricsPort,
  metricsHost: flags.metricsHost,
  dataTls: flags.dataTls === undefined ? undefined : flags.dataTls === 'on',
  ...(flags.advertise === undefined ? {} : { advertise: flags.advertise }),
  ...(flags.data === undefined ? {} : { dataDir: flags.data }),
  ...(flags.id === undefined ? {} : { id: flags.id }),
});
