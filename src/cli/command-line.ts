/** Runs a commander program so that it throws instead of exiting, and says what is wrong in one line. */
import { type Command, CommanderError, InvalidArgumentError } from 'commander';
import { ReelkeepError } from '../domain/errors.js';
import { parseCount } from './flag-values.js';

export interface TextSink {
  write(text: string): unknown;
}

/** To be called before subcommands are added: they inherit it. */
export function quietly(program: Command, stdout: TextSink): Command {
  return program
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      // Errors are thrown and told once, by whoever runs the program.
      writeErr: () => undefined,
    });
}

/**
 * @param argv without the executable and the script
 * @returns false when help or the version was asked for and has been shown
 * @throws ReelkeepError `usage`, or whatever the command throws
 */
export async function runCommandLine(program: Command, argv: readonly string[]): Promise<boolean> {
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return true;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return false;
    throw new ReelkeepError('usage', usageText(program, error), { cause: error });
  }
}

/** Makes a parser of ours one of commander's, which names the option in its message. */
export function argumentParser<Value>(parse: (text: string) => Value): (text: string) => Value {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      if (error instanceof ReelkeepError) throw new InvalidArgumentError(error.detail);
      throw error;
    }
  };
}

export const countParser = argumentParser(parseCount);

function usageText(program: Command, error: CommanderError): string {
  if (error.code === 'commander.help')
    return `say what to do: ${program.commands.map((command) => command.name()).join(', ')}; see --help`;
  return error.message.replace(/^error: /, '');
}
