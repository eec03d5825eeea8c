import type { Command } from 'commander';
import type { Finding } from '../../actors/client/cluster.js';
import { exitCodeOf, ReelkeepError } from '../../domain/errors.js';
import { argumentParser } from '../command-line.js';
import { plainText } from '../plain-text.js';
import { sizeText } from '../size-text.js';
import { keepersText } from './keepers-text.js';
import type { CommandWork, Session } from './session.js';
import { showStatus } from './status.js';

export function addOverviewCommands(
  program: Command,
  start: (work: CommandWork) => Promise<void>,
): void {
  program
    .command('keepers')
    .description('every keeper, its state, last heartbeat, space, replicas and scrub')
    .action(() => start(showKeepers))
    .command('retire <id>')
    .description(
      'take a keeper that is lost for gone for good: its replicas are made again elsewhere, ' +
        'deletions wait for it no more, and it is let in no more',
    )
    .action((id: string) => start((session) => retire(session, id)));
  program
    .command('status')
    .description('summary of the cluster')
    .option(
      '--wait-healthy <seconds>',
      'wait until no keeper is suspect and every file has its target of replicas; exit 5 if not',
      argumentParser(parseSeconds),
    )
    .action(({ waitHealthy }: { waitHealthy?: number }) =>
      start((session) => showStatus(session, waitHealthy)),
    );
  program
    .command('fsck')
    .description(
      'every file below target, missing, quarantined or in surplus, with the reason. ' +
        'Exit 7 when a file is missing or a replica is quarantined, else 0',
    )
    .action(() => start(checkFiles));
  program
    .command('digest <local>')
    .description('the digest that stat would show of a local file, without a cluster')
    .action((path: string) => start((session) => showDigest(session, path)));
}

async function showKeepers(session: Session): Promise<number> {
  const keepers = await (await session.cluster()).keepers();
  if (session.json) for (const keeper of keepers) await session.out.json(keeper);
  else for (const line of keepersText(keepers, session.paint)) await session.out.line(line);
  return 0;
}

async function retire(session: Session, keeper: string): Promise<number> {
  const retired = await (await session.cluster()).retire(keeper);
  const { replicas, lastReplicas } = retired;
  if (session.json) await session.out.json({ keeper, ...retired });
  session.say(`${keeper} is retired; it had ${replicas} replicas`);
  if (lastReplicas > 0)
    session.say(`${lastReplicas} of them were the only ones of their files: see fsck`);
  return 0;
}

async function checkFiles(session: Session): Promise<number> {
  const cluster = await session.cluster();
  let findings = 0;
  let isGrave = false;
  for await (const finding of cluster.fsck()) {
    findings += 1;
    isGrave ||= finding.problem === 'missing' || finding.problem === 'quarantined';
    if (session.json) await session.out.json(finding);
    else await session.out.line(findingText(finding, session));
  }
  if (findings === 0) session.say('every file has its target of replicas');
  return isGrave ? exitCodeOf('integrity') : 0;
}

function findingText(finding: Finding, { paint }: Session): string {
  const grave = finding.problem === 'missing' || finding.problem === 'quarantined';
  const problem = (grave ? paint.red : paint.yellow)(finding.problem.padEnd(12));
  const reason = finding.reason === '' ? '' : `: ${plainText(finding.reason)}`;
  return `${problem}  ${finding.live}/${finding.target}  ${finding.name}${reason}`;
}

async function showDigest(session: Session, path: string): Promise<number> {
  const { digest, size } = await (await session.cluster()).digest(path);
  if (session.json) await session.out.json({ path, size, digest });
  else {
    await session.out.line(digest);
    session.say(`${path}: ${sizeText(size)}`);
  }
  return 0;
}

/** @returns milliseconds */
function parseSeconds(text: string): number {
  const [, amount] = /^(\d+(?:\.\d+)?)s?$/.exec(text) ?? [];
  if (amount === undefined) throw new ReelkeepError('usage', 'give a number of seconds');
  return Number(amount) * 1000;
}
