import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { argumentParser } from '../../src/cli/command-line.js';
import { parsePort } from '../../src/cli/flag-values.js';
import { runKeeper } from '../../src/cli/keeper-program.js';
import { runMaster } from '../../src/cli/master-program.js';
import { runServer, serverCommand } from '../../src/cli/server-program.js';
import { ReelkeepError } from '../../src/domain/errors.js';

describe('a configuration file', () => {
  it('is read as the flags are, and flags win over it wherever they stand', async () => {
    const config = await aConfig({ port: 7005, host: 'b', logLevel: 'silent' });

    const before = await run(['--port', '7009', '--config', config]);
    const after = await run(['--config', config, '--port', '7009']);

    expect(before.flags).toMatchObject({ port: 7009, host: 'b', logLevel: 'silent' });
    expect(after.flags).toEqual(before.flags);
  });

  it('gives what the command line must have otherwise', async () => {
    const config = await aConfig({ port: '7005' });

    expect((await run(['--config', config])).flags).toMatchObject({ port: 7005, host: 'a' });
  });

  it.each([
    [{ prot: 1 }, /Unrecognized key: "prot"/],
    [{ config: 'other.json' }, /Unrecognized key: "config"/],
    [{ port: 70_000 }, /"port": give a port from 0 to 65535/],
    [{ port: true }, /port/],
    [{ host: ['a'] }, /host/],
    [{ logLevel: 'loud' }, /"logLevel": .*trace, debug, info/],
    [[], /expected object/],
    ['{', /JSON/],
  ])('is refused with %j', async (content, message) => {
    const config = await aConfig(content);

    const { exit, flags, err } = await run(['--config', config]);

    expect([exit, flags]).toEqual([2, undefined]);
    expect(err).toMatch(message);
    expect(err).toContain(config);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  it('is refused when it is not there', async () => {
    const { exit, err } = await run(['--port', '1', '--config', '/nowhere/reelkeep.json']);

    expect(exit).toBe(2);
    expect(err).toMatch(/^reelkeep master: --config \/nowhere\/reelkeep\.json: ENOENT/);
  });
});

describe('a server program', () => {
  it.each([
    ['not-allowed', 4],
    ['conflict', 6],
    ['internal', 1],
  ] as const)('that could not start as %s exits with %i', async (code, exit) => {
    const ran = await run(['--port', '1'], new ReelkeepError(code, 'so it is'));

    expect(ran).toMatchObject({ exit, err: 'reelkeep master: so it is\n', out: '' });
  });

  it('shows help on stdout and exits 0', async () => {
    const { exit, out, flags } = await run(['--help']);

    expect([exit, flags]).toEqual([0, undefined]);
    expect(out).toContain('--config <file>');
  });

  it.each([
    [['--port', '70000'], /give a port/],
    [['--port', '1', '--hots', 'b'], /unknown option '--hots'.*--host/],
    [['--port', '1', 'more'], /too many arguments/],
    [['--port', '1', '--log-level', 'loud'], /Allowed choices are trace/],
    [[], /required option '--port/],
  ])('refuses %j with one line and exit 2', async (argv, message) => {
    const { exit, err } = await run(argv);

    expect(exit).toBe(2);
    expect(err).toMatch(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('master and keeper', () => {
  it.each([
    [runMaster, ['--replicas', '2', '--acks', '3'], /--acks 3: .*which is 2/],
    [runMaster, ['--replicas', '17'], /--replicas 17/],
    [runMaster, ['--suspect-after', '10s'], /shorter than --lost-after/],
    [runMaster, ['--lost-after', '10'], /is no duration/],
    [runMaster, ['--accept', 'mkv'], /Allowed choices are mp4, any/],
    [runMaster, ['--acks', '0'], /at least 1/],
    [runKeeper, [], /required option '--port/],
    [runKeeper, ['--port', '0', '--id', 'K 1'], /--id K 1: use 1 to 64/],
    [runKeeper, ['--port', '0', '--reserve', '100%'], /below 100%/],
    [runKeeper, ['--port', '0', '--scrub-every', '30'], /is no duration/],
    [runKeeper, ['--port', '0', '--scrub-every', '10ms'], /from 1s to 3650d/],
    [runKeeper, ['--port', '0', '--durability', 'none'], /Allowed choices are strict, relaxed/],
    [runKeeper, ['export', '--data', 'a'], /required option '--to/],
  ])('refuse flags that do not go together: %o %j', async (program, argv, message) => {
    const streams = caught();

    const exit = await program([
      ...argv,
      ...(argv[0] === 'export' ? [] : ['--log-level', 'silent']),
    ]);

    expect(exit).toBe(2);
    expect(streams.err()).toMatch(message);
    expect(streams.err().trimEnd().split('\n')).toHaveLength(1);
    expect(streams.out()).toBe('');
  });
});

interface Ran {
  readonly exit: number;
  readonly flags: Readonly<Record<string, unknown>> | undefined;
  readonly out: string;
  readonly err: string;
}

/** A program that fails as soon as it has been given its flags. */
async function run(
  argv: readonly string[],
  failure = new ReelkeepError('usage', 'it never starts'),
): Promise<Ran> {
  const streams = caught();
  let given: Readonly<Record<string, unknown>> | undefined;
  const program = serverCommand('master', 'A program under test.')
    .requiredOption('--port <port>', 'port', argumentParser(parsePort))
    .option('--host <address>', 'address', 'a');
  const exit = await runServer({
    role: 'master',
    argv,
    program,
    start: ({ config: _, ...flags }) => {
      given = flags;
      throw failure;
    },
  });
  return { exit, flags: given, out: streams.out(), err: streams.err() };
}

function caught() {
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  out.mockClear();
  err.mockClear();
  const textOf = (spy: typeof out) => () => spy.mock.calls.map(([text]) => text).join('');
  return { out: textOf(out), err: textOf(err) };
}

/** @param content as JSON, or as it is when it is text. */
async function aConfig(content: unknown): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'reelkeep-cli-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, 'reelkeep.json');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}
