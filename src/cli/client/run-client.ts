/** Runs one client command from its arguments to its exit code. */
import { runCommandLine } from '../command-line.js';
import { type Failure, failureOf, failureText } from '../fail.js';
import { isGone } from './output.js';
import { createProgram } from './program.js';
import { programName, type Session } from './session.js';
import { type ClientWorld, interruptExitCode } from './world.js';

/**
 * @param argv without the executable and the script
 * @returns the exit code; everything that had to be said has been said
 */
export async function runClient(argv: readonly string[], world: ClientWorld): Promise<number> {
  let exitCode = 0;
  const program = createProgram(world, async (session, work) => {
    exitCode = await runCommand(session, work);
  });
  try {
    await runCommandLine(program, argv);
    return exitCode;
  } catch (error) {
    const failure = failureOf(error);
    // Flags that could not be read may have asked for JSON all the same.
    world.stderr.write(`${failureText(failure, programName, argv.includes('--json'))}\n`);
    return failure.exit;
  }
}

async function runCommand(
  session: Session,
  work: (session: Session) => Promise<number>,
): Promise<number> {
  try {
    const exitCode = await work(session);
    await session.out.flush().catch(unlessGone);
    return exitCode;
  } catch (error) {
    if (isGone(error)) return 0;
    const failure = endingOf(error, session);
    session.complain(failure);
    return failure.exit;
  } finally {
    await session.close();
  }
}

function endingOf(error: unknown, { world: { interrupted } }: Session): Failure {
  if (!interrupted.aborted) return failureOf(error);
  return {
    code: 'interrupted',
    message: 'interrupted',
    exit: interruptExitCode(interrupted.reason),
  };
}

/** What the command came to stands, whether or not the reader stayed to the end. */
function unlessGone(error: unknown): void {
  if (!isGone(error)) throw error;
}
