import { type Command, Option } from 'commander';
import { countParser } from '../command-line.js';
import { type GetOptions, getFiles } from './get.js';
import { type PutOptions, putFiles } from './put.js';
import type { CommandWork } from './session.js';

const parallelDefault = 4;

export function addTransferCommands(
  program: Command,
  start: (work: CommandWork) => Promise<void>,
): void {
  const parallel = new Option('--parallel <n>', 'files at a time')
    .argParser(countParser)
    .default(parallelDefault);

  program
    .command('put <file...>')
    .description('upload files; a directory is walked for *.mp4, and - with --as reads stdin')
    .option('--as <name>', 'the name of the one file')
    .option('--into <prefix/>', 'put before every name')
    .option('--target <n>', 'replicas that there should be', countParser)
    .option('--acks <n>', 'durable replicas before success', countParser)
    .option('--replace', 'take the place of a file of that name', false)
    .addOption(parallel)
    .action((paths: string[], options: PutOptions) =>
      start((session) => putFiles(session, paths, options)),
    );

  program
    .command('get <name...>')
    .description('download files from all their replicas at once; an interrupted one resumes')
    .option('-o, --output <path>', 'a file, a directory (which keeps the names), or - for stdout')
    .option('--replace', 'take the place of a local file', false)
    .addOption(parallel)
    .addOption(
      new Option('--durability <level>', 'whether a file is synced before it gets its name')
        .choices(['strict', 'relaxed'])
        .default('strict'),
    )
    .action((names: string[], options: GetOptions) =>
      start((session) => getFiles(session, names, options)),
    );
}
