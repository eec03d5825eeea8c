/** The commands of the client, their flags and what `--help` says of them. */
import { Command, Option } from 'commander';
import { argumentParser, quietly } from '../command-line.js';
import { parseWait } from '../duration.js';
import { addFileCommands } from './file-commands.js';
import { addOverviewCommands } from './overview-commands.js';
import { type CommandWork, type GlobalOptions, programName, Session } from './session.js';
import { addTransferCommands } from './transfer-commands.js';
import type { ClientWorld } from './world.js';

/** @param run called with the work of the chosen command */
export function createProgram(
  world: ClientWorld,
  run: (session: Session, work: CommandWork) => Promise<void>,
): Command {
  const program = quietly(new Command(programName), world.stdout)
    .description('Stores mp4 files on several machines, and fetches them from all of them at once.')
    .option('--master <host:port>', 'the master (or REELKEEP_MASTER; default 127.0.0.1:7000)')
    .option(
      '--credentials <dir>',
      'certificate by which a secured master knows you (or REELKEEP_CREDENTIALS)',
    )
    .option('--json', 'data and errors as JSON', false)
    .addOption(
      new Option('--timeout <duration>', 'give up after no progress for so long')
        .argParser(argumentParser(parseWait))
        .default(30_000, '30s'),
    )
    .option('--quiet', 'no progress and no messages', false)
    .addOption(
      new Option('--color <when>', 'colours').choices(['auto', 'always', 'never']).default('auto'),
    )
    .addHelpText('after', exitCodesHelp);
  const start = (work: CommandWork): Promise<void> =>
    run(new Session(world, program.opts<GlobalOptions>()), work);
  addTransferCommands(program, start);
  addFileCommands(program, start);
  addOverviewCommands(program, start);
  return program;
}

const exitCodesHelp = `
Exit codes: 0 done, 1 anything else, 2 usage, 3 not found, 4 not allowed, 5 unavailable,
6 the name exists, 7 bytes do not match, 8 some of several files failed, 9 no space,
10 refused input, 130 and 143 interrupted.`;
