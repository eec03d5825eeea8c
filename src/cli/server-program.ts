/**
 * What master, keeper and gateway share as programs: log flags, a configuration file, the ready
 * line, signals and exit codes.
 */
import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Logger } from 'pino';
import { z } from 'zod';
import { ReelkeepError } from '../domain/errors.js';
import { argumentParser, quietly, runCommandLine } from './command-line.js';
import { failureOf, failureText } from './fail.js';
import { parsePort } from './flag-values.js';
import { createLogger, type LogFormat, type LogLevel, logLevels } from './log.js';

/** A server that has been told to start. */
interface RunningServer {
  /** What the ready line says, once it serves. */
  readonly ready: Promise<{ readonly host: string; readonly port: number; readonly id: string }>;
  /** Settles when it has ended; rejects with the reason unless it was stopped. */
  readonly ended: Promise<void>;
  stop(): void;
}

export interface ServerProgram {
  readonly role: 'master' | 'keeper' | 'gateway';
  readonly argv: readonly string[];
  readonly program: Command;
  /** @param flags of the command line, over those of the configuration file */
  start(flags: Readonly<Record<string, unknown>>, log: Logger): RunningServer;
}

const exitBySignal = { SIGINT: 130, SIGTERM: 143 } as const;

/** @returns the exit code */
export async function runServer({ role, argv, program, start }: ServerProgram): Promise<number> {
  try {
    let code = 0;
    program.action(async () => {
      const flags = program.opts<Record<string, unknown>>();
      const log = createLogger(flags['logLevel'] as LogLevel, flags['logFormat'] as LogFormat);
      code = await runUntilEnded(role, start(flags, log.child({ role })), log);
    });
    await runCommandLine(program, argv);
    return code;
  } catch (error) {
    const failure = failureOf(error);
    process.stderr.write(`${failureText(failure, `reelkeep ${role}`, false)}\n`);
    return failure.exit;
  }
}

export function serverCommand(name: string, description: string): Command {
  const format = new Option('--log-format <format>', 'how the log is written')
    .choices(['pretty', 'json'])
    .default(process.stderr.isTTY ? 'pretty' : 'json', 'pretty on a terminal');
  const program = quietly(new Command(name), process.stdout);
  return program
    .description(description)
    .addOption(
      new Option('--log-level <level>', 'what is logged').choices(logLevels).default('info'),
    )
    .addOption(format)
    .option('--config <file>', 'JSON file with the same options, in camelCase; flags win over it')
    .on('option:config', (path: string) => takeConfigFile(program, path))
    .allowExcessArguments(false);
}

/** Flags of servers that can be looked at on a port of its own. */
export const withMetrics = (program: Command): Command =>
  program
    .option(
      '--metrics-port <port>',
      'port for metrics and health over HTTP, 0 for a free one (default: none)',
      argumentParser(parsePort),
    )
    .option('--metrics-host <address>', 'address of that port', '127.0.0.1');

async function runUntilEnded(role: string, server: RunningServer, log: Logger): Promise<number> {
  stopOnSignal(server, log);
  endOnDefect(log);
  server.ready.then(
    (ready) => process.stdout.write(`${JSON.stringify({ ready: true, role, ...ready })}\n`),
    // Told by `ended`.
    (error: unknown) => log.debug({ err: error }, 'never became ready'),
  );
  try {
    await server.ended;
    return 0;
  } finally {
    // The launcher's channel would keep this process alive.
    if (process.connected) process.disconnect();
  }
}

function stopOnSignal(server: RunningServer, log: Logger): void {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (stopping) process.exit(exitBySignal[signal]);
      stopping = true;
      log.info({ signal }, 'stopping; once more ends it at once');
      server.stop();
    });
  // A launcher that is gone, maybe before this process could listen: nobody else would end it.
  if (process.connected === false) server.stop();
  else process.once('disconnect', () => server.stop());
}

/** Half-dead is worse than restarted. */
function endOnDefect(log: Logger): void {
  const end = (error: unknown): void => {
    log.fatal({ err: error }, 'defect: the process ends');
    process.exit(1);
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
}

/** Keys that no flag has are refused: a misspelt one would be ignored for ever. */
function takeConfigFile(program: Command, path: string): void {
  const options = program.options.filter((option) => option.attributeName() !== 'config');
  const setting = z.union([z.string(), z.number()]).optional();
  const shape = Object.fromEntries(options.map((option) => [option.attributeName(), setting]));
  const parsed = z.strictObject(shape).safeParse(readJson(path));
  if (!parsed.success)
    throw new ReelkeepError('usage', `--config ${path}: ${z.prettifyError(parsed.error)}`);
  for (const option of options) {
    const key = option.attributeName();
    const value = parsed.data[key];
    if (value === undefined || program.getOptionValueSource(key) === 'cli') continue;
    program.setOptionValueWithSource(key, parseSetting(option, String(value), path), 'config');
  }
}

function parseSetting(option: Option, text: string, path: string): unknown {
  try {
    return option.parseArg === undefined ? text : option.parseArg(text, undefined);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    const detail = `--config ${path}: "${option.attributeName()}": ${error.message}`;
    throw new ReelkeepError('usage', detail, { cause: error });
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ReelkeepError('usage', `--config ${path}: ${why}`, { cause: error });
  }
}
