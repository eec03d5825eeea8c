/** `bin/gateway link`, `init-secret` and `rotate-secret`: who may come in by a link. */
import { Command } from 'commander';
import { initSecret, makeLink, rotateSecret, secretFileIn } from '../actors/gateway/link-secret.js';
import { sessionLimits } from '../actors/gateway/session-limits.js';
import { ReelkeepError } from '../domain/errors.js';
import { type Right, rights } from '../domain/policy.js';
import { argumentParser, quietly, runCommandLine } from './command-line.js';
import { parsePeriod } from './duration.js';
import { failureOf, failureText } from './fail.js';

const commands: Readonly<Record<string, () => Command>> = {
  link: linkCommand,
  'init-secret': () => secretCommand('init-secret', 'Makes the keys of links.', initSecret),
  'rotate-secret': () =>
    secretCommand(
      'rotate-secret',
      'Links are signed with a new key from now on. Those of the key before stay good; those of older ones are void within ten seconds: twice revokes them all.',
      rotateSecret,
    ),
};

export const isLinkCommand = (word: string | undefined): boolean =>
  word !== undefined && Object.hasOwn(commands, word);

/** @returns the exit code */
export async function runLinkCommand(argv: readonly string[]): Promise<number> {
  const [word = '', ...rest] = argv;
  try {
    await runCommandLine(commands[word]?.() ?? linkCommand(), rest);
    return 0;
  } catch (error) {
    const failure = failureOf(error);
    process.stderr.write(`${failureText(failure, 'reelkeep gateway', false)}\n`);
    return failure.exit;
  }
}

const secretDefault = secretFileIn('data/gateway');

interface LinkFlags {
  readonly allow: readonly Right[];
  readonly prefix: string;
  readonly for: number;
  readonly url: string;
  readonly label?: string;
  readonly secret: string;
}

function linkCommand(): Command {
  return quietly(new Command('gateway link'), process.stdout)
    .description('Makes a link: whoever has it may do what it says, until its time is over.')
    .requiredOption('--url <url>', 'https://HOST:PORT, as browsers reach the gateway')
    .option('--allow <rights>', rights.join(','), argumentParser(parseRights), ['read', 'list'])
    .option('--prefix <prefix>', 'names that it is for; all of them unless given', '')
    .option(
      '--for <time>',
      'how long it is good, 90d at most',
      argumentParser(parsePeriod),
      sessionLimits.linkLifeMs,
    )
    .option('--label <name>', 'whom it is for, as the log names them')
    .option('--secret <file>', 'keys that links are signed with', secretDefault)
    .action(async ({ allow: may, for: lifeMs, secret, ...flags }: LinkFlags) => {
      const { url, prefix, label } = flags;
      const link = await makeLink({ secretFile: secret, url, may, prefix, label, lifeMs });
      process.stdout.write(`${link}\n`);
    });
}

function secretCommand(
  name: string,
  description: string,
  change: (path: string) => Promise<void>,
): Command {
  return quietly(new Command(`gateway ${name}`), process.stdout)
    .description(description)
    .option('--secret <file>', 'the file', secretDefault)
    .action(async ({ secret }: { secret: string }) => {
      await change(secret);
      process.stdout.write(`${secret}\n`);
    });
}

/** `read,list`. @throws ReelkeepError `usage` */
function parseRights(text: string): readonly Right[] {
  return text.split(',').map((word) => {
    const right = rights.find((one) => one === word.trim());
    if (right === undefined)
      throw new ReelkeepError('usage', `give some of ${rights.join(', ')}, with commas between`);
    return right;
  });
}
