/** `bin/master init-ca` and `bin/master issue`: who may come in. */
import { Command } from 'commander';
import { defaultDays, initAuthority, issueCertificate } from '../actors/master/certificates.js';
import { argumentParser, quietly, runCommandLine } from './command-line.js';
import { failureOf, failureText } from './fail.js';
import { parseCount } from './flag-values.js';

export const isCertificateCommand = (word: string | undefined): boolean =>
  word === 'init-ca' || word === 'issue';

/** @returns the exit code */
export async function runCertificateCommand(argv: readonly string[]): Promise<number> {
  const [word, ...rest] = argv;
  try {
    await runCommandLine(word === 'issue' ? issueCommand() : initCommand(), rest);
    return 0;
  } catch (error) {
    const failure = failureOf(error);
    process.stderr.write(`${failureText(failure, 'reelkeep master', false)}\n`);
    return failure.exit;
  }
}

const initCommand = (): Command =>
  quietly(new Command('master init-ca'), process.stdout)
    .description(
      'Makes the private certificate authority of a cluster, and its master’s certificate.',
    )
    .argument('<dir>', 'a directory that only you can read, best on no server at all')
    .option('--cluster <id>', 'of a master that has a table already: as its cluster.json says')
    .option('--days <count>', 'how long the authority is good', days, defaultDays.authority)
    .action(async (dir: string, { cluster, days }: { cluster?: string; days: number }) => {
      const { directory, clusterId, policy } = await initAuthority(dir, cluster, days);
      process.stdout.write(
        `cluster ${clusterId}\nstart the master with --credentials ${directory} --policy ${policy}\n`,
      );
    });

const issueCommand = (): Command =>
  quietly(new Command('master issue'), process.stdout)
    .description(
      'Makes a certificate, or renews it: a process that runs with it takes the new one.',
    )
    .argument('<role>', 'keeper, client, admin or master')
    .argument('<name...>', 'one certificate each; of a keeper: its id')
    .requiredOption('--ca <dir>', 'the directory of the authority')
    .option('--days <count>', 'how long it is good', days, defaultDays.process)
    .action(async (role: string, names: string[], { ca, days }: { ca: string; days: number }) => {
      const program = role === 'master' || role === 'keeper' ? role : 'client';
      for (const name of names) {
        const { directory } = await issueCertificate(ca, role, name, days);
        process.stdout.write(`${directory}: for bin/${program} --credentials\n`);
      }
    });

const days = argumentParser(parseCount);
