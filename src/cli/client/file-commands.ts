import type { Command } from 'commander';
import { toFileJson } from '../../actors/client/file-json.js';
import { fileText, listLine } from './file-text.js';
import { forEachFile } from './many.js';
import type { CommandWork, Session } from './session.js';
import { verifyFile } from './verify.js';

/** Removals are small: one after another keeps their order in the table that of the line. */
const removalsAtATime = 1;

export function addFileCommands(
  program: Command,
  start: (work: CommandWork) => Promise<void>,
): void {
  program
    .command('ls [prefix]')
    .description('names in byte order; with --json one object a line')
    .option('-l, --long', 'with size, duration, picture, replicas and time', false)
    .action((prefix: string | undefined, { long }: { long: boolean }) =>
      start((session) => listFiles(session, prefix ?? '', long)),
    );
  program
    .command('stat <name>')
    .description('everything known of a file')
    .action((name: string) => start((session) => showFile(session, name)));
  program
    .command('rm <name...>')
    .description('remove files')
    .action((names: string[]) => start((session) => removeFiles(session, names)));
  program
    .command('mv <old> <new>')
    .description('give a file another name')
    .action((name: string, newName: string) =>
      start(async (session) => {
        await (await session.cluster()).rename(name, newName);
        session.say(`renamed ${name} to ${newName}`);
        return 0;
      }),
    );
  program
    .command('verify <name> [local]')
    .description(
      'have every replica re-read and checked now; with LOCAL compare that file too. ' +
        'Exit 7 when bytes are wrong, 5 when a replica could not be checked',
    )
    .action((name: string, local: string | undefined) =>
      start((session) => verifyFile(session, name, local)),
    );
}

async function listFiles(session: Session, prefix: string, long: boolean): Promise<number> {
  const cluster = await session.cluster();
  for await (const file of cluster.list(prefix)) {
    if (session.json) await session.out.json(toFileJson(file));
    else await session.out.line(long ? listLine(file, session.paint) : file.name);
  }
  return 0;
}

async function showFile(session: Session, name: string): Promise<number> {
  const file = await (await session.cluster()).stat(name);
  if (session.json) await session.out.json(toFileJson(file));
  else await session.out.line(fileText(file, session.paint));
  return 0;
}

async function removeFiles(session: Session, names: readonly string[]): Promise<number> {
  const cluster = await session.cluster();
  const removeOne = async (name: string): Promise<void> => {
    await cluster.remove(name);
    session.say(`removed ${name}`);
  };
  return forEachFile(session, names, removalsAtATime, removeOne, (name) => name);
}
