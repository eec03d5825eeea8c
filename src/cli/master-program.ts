/** The command line of the master. */
import { Option } from 'commander';
import type { MasterOptions } from '../actors/master/config.js';
import { startMaster } from '../actors/master/master.actor.js';
import { observeMaster } from '../actors/master/observe-master.js';
import { snapshotDefaults } from '../domain/table-snapshot.js';
import { isCertificateCommand, runCertificateCommand } from './certificate-commands.js';
import { argumentParser } from './command-line.js';
import { parseRecurrence, parseWait } from './duration.js';
import { parseCount, parsePort } from './flag-values.js';
import { runServer, serverCommand, withMetrics } from './server-program.js';

interface MasterFlags {
  readonly host: string;
  readonly port: number;
  readonly data: string;
  readonly replicas: number;
  readonly acks: number;
  readonly suspectAfter: number;
  readonly lostAfter: number;
  readonly repairEvery: number;
  readonly accept: 'mp4' | 'any';
  readonly rebuild: boolean;
  readonly snapshotEvery: number | 'off';
  readonly snapshots: number;
  readonly restore?: string;
  readonly credentials?: string;
  readonly policy?: string;
  readonly insecure: boolean;
  readonly metricsPort?: number;
  readonly metricsHost: string;
}

/** @returns the exit code */
export function runMaster(argv: readonly string[]): Promise<number> {
  if (isCertificateCommand(argv[0])) return runCertificateCommand(argv);
  const count = argumentParser(parseCount);
  const wait = argumentParser(parseWait);
  const program = serverCommand(
    'master',
    'Knows where every file is, and keeps enough replicas of each.',
  )
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on, 0 for a free one', argumentParser(parsePort), 7000)
    .option('--data <dir>', 'directory of the table', 'data/master')
    .option('--replicas <count>', 'replicas of a file whose upload does not say', count, 3)
    .option('--acks <count>', 'durable replicas before an upload has succeeded', count, 1)
    .option('--suspect-after <time>', 'silence until a keeper is suspect', wait, 3_000)
    .option('--lost-after <time>', 'silence until a keeper is lost', wait, 10_000)
    .option('--repair-every <time>', 'how often replication is checked', wait, 1_000)
    .addOption(new Option('--accept <kind>', 'files let in').choices(['mp4', 'any']).default('mp4'))
    .option(
      '--rebuild',
      'take in what the keepers hold beyond the table; one that is damaged is set aside, and an empty one begun',
      false,
    )
    .option(
      '--snapshot-every <time>',
      'how often a snapshot of the table is taken when it has changed, or off',
      argumentParser(parseRecurrence),
      snapshotDefaults.everyMs,
    )
    .option(
      '--snapshots <count>',
      'snapshots kept: so many of the newest, and so many of those with the most files',
      count,
      snapshotDefaults.kept,
    )
    .option(
      '--restore <snapshot>',
      'puts a snapshot (a path, a name below snapshots in --data, or latest) in the place of a table that is damaged or gone, and takes in what the keepers hold beyond it; a table that is sound stays: it is no error when this was done before with the same words, else it is refused',
    )
    .option('--credentials <dir>', 'the master’s certificate; only who has one may come in then')
    .option('--policy <file>', 'what clients may do; init-ca makes one')
    .option('--insecure', 'whoever reaches the port may do anything', false)
    .addHelpText(
      'after',
      `
master init-ca DIR: makes the certificate authority of a cluster
master issue ROLE NAME --ca DIR: makes a certificate of a keeper, client or admin, or renews it`,
    );
  withMetrics(program);
  return runServer({
    role: 'master',
    argv,
    program,
    start: (flags, log) =>
      startMaster(toOptions(flags as unknown as MasterFlags), log, observeMaster),
  });
}

const toOptions = (flags: MasterFlags): MasterOptions => ({
  host: flags.host,
  port: flags.port,
  dataDir: flags.data,
  replicas: flags.replicas,
  acks: flags.acks,
  suspectAfterMs: flags.suspectAfter,
  lostAfterMs: flags.lostAfter,
  repairEveryMs: flags.repairEvery,
  accept: flags.accept,
  rebuild: flags.rebuild,
  snapshotEveryMs: flags.snapshotEvery,
  snapshotsKept: flags.snapshots,
  restore: flags.restore,
  credentialsDir: flags.credentials,
  policy: flags.policy,
  insecure: flags.insecure,
  metricsPort: flags.metricsPort,
  metricsHost: flags.metricsHost,
});
