import { tmpdir } from 'node:os';
import { Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { GetRequest, PutRequest } from '../../../src/actors/client/cluster.js';
import { aFileView, each, refuse, run } from './a-world.js';

describe('client command line', () => {
  it.each([
    [[], /say what to do: put, get/],
    [['frobnicate'], /unknown command/],
    [['ls', '--nope'], /unknown option '--nope'/],
    [['put'], /missing required argument/],
    [['--timeout', '30', 'ls'], /is no duration/],
    [['--timeout', '100d', 'ls'], /from 1ms to 20d/],
    [['--master', 'a', 'ls'], /--master a: give HOST:PORT/],
    [['--master', 'a:70000', 'ls'], /--master a:70000: give HOST:PORT/],
    [['--master', '', 'ls'], /--master : give HOST:PORT/],
    [['put', 'a', '--parallel', '0'], /at least 1/],
    [['put', 'a', 'b', '--as', 'c'], /--as names one file/],
    [['put', 'a', '--into', 'films'], /ends in "\/"/],
    [['put', '-'], /--as/],
    [['put', 'a', '--target', '1', '--acks', '2'], /more than --target/],
    [['get', 'x/a', 'y/a'], /end alike/],
    [['get', 'a', 'b', '-o', 'no-such-directory'], /need a directory/],
    [['status', '--wait-healthy', 'soon'], /number of seconds/],
  ])('refuses %j with one clear line and exit 2', async (argv, message) => {
    const { exit, out, err } = await run(argv);

    expect(exit).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  it('tells a wrong flag as JSON, too', async () => {
    const { err } = await run(['ls', '--nope', '--json']);

    expect(JSON.parse(err)).toMatchObject({ error: { code: 'usage', exit: 2 } });
  });

  it('shows help without a cluster and exits 0', async () => {
    const { exit, out, options } = await run(['--help']);

    expect([exit, options]).toEqual([0, undefined]);
    expect(out).toContain('Exit codes:');
  });

  it('takes the master from the flag, else from the environment, else the usual one', async () => {
    const keepers = { keepers: async () => [] };
    const env = { REELKEEP_MASTER: 'b:2' };

    const masters = await Promise.all([
      run(['--master', 'a:1', 'keepers'], keepers, { env }),
      run(['keepers'], keepers, { env }),
      run(['keepers'], keepers),
    ]);

    expect(masters.map(({ options }) => options?.master)).toEqual(['a:1', 'b:2', '127.0.0.1:7000']);
    expect(masters[0]?.options?.timeoutMs).toBe(30_000);
  });

  it('refuses an address in the environment that is none', async () => {
    const { exit, err } = await run(['keepers'], {}, { env: { REELKEEP_MASTER: 'b' } });

    expect(exit).toBe(2);
    expect(err).toContain('REELKEEP_MASTER b: give HOST:PORT');
  });

  it('lets go of the cluster, also when a command fails', async () => {
    expect((await run(['stat', 'a'], { stat: () => refuse('unavailable') })).closed).toBe(true);
  });

  it.each([
    ['not-found', 3],
    ['not-allowed', 4],
    ['unavailable', 5],
    ['unknown-outcome', 5],
    ['conflict', 6],
    ['integrity', 7],
    ['no-space', 9],
    ['refused-input', 10],
    ['internal', 1],
  ] as const)('exits for %s with %i', async (code, exit) => {
    const ran = await run(['mv', 'a', 'b', '--json'], { rename: () => refuse(code) });

    expect(ran.exit).toBe(exit);
    expect(JSON.parse(ran.err)).toEqual({ error: { code, message: 'so it is', exit } });
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('exits after %s with %i', async (signal, exit) => {
    const interruption = new AbortController();
    const stat = async () => {
      interruption.abort(signal);
      return refuse('unavailable');
    };

    const ran = await run(['stat', 'a'], { stat }, { interrupted: interruption.signal });

    expect(ran.exit).toBe(exit);
    expect(ran.err).toBe('reelkeep: interrupted\n');
  });

  it.each([
    [['get', 'a', '-o', '/nowhere/a.mp4'], 'get'],
    [['rm', 'a', 'b'], 'remove'],
  ] as const)(
    'S19: never ends as a success that was interrupted before it began: %j',
    async (argv, call) => {
      const asked: string[] = [];
      const cluster = { [call]: async () => void asked.push(call) };

      const ran = await run(argv, cluster, { interrupted: AbortSignal.abort('SIGTERM') });

      expect([ran.exit, ran.err, asked]).toEqual([143, 'reelkeep: interrupted\n', []]);
    },
  );

  it('ends quietly when the reader of its output has gone', async () => {
    const gone = Object.assign(new Error('broken pipe'), { code: 'EPIPE' });
    const stdout = new Writable({ write: (_chunk, _encoding, done) => done(gone) });

    const listed = await run(['ls'], { list: () => each(aFileView()) }, { stdout });

    expect([listed.exit, listed.err]).toEqual([0, '']);
  });

  it('ends as a partial success when the reader has gone before every file was begun', async () => {
    const gone = Object.assign(new Error('broken pipe'), { code: 'EPIPE' });
    const stdout = new Writable({ write: (_chunk, _encoding, done) => done(gone) });
    const got: string[] = [];
    const get = async ({ name }: GetRequest) => {
      got.push(name);
      return aFileView({ name });
    };

    const ran = await run(
      ['get', 'a', 'b', 'c', '--parallel', '1', '-o', `${tmpdir()}/`, '--json'],
      { get },
      { stdout },
    );

    expect(got).not.toContain('c');
    expect(ran.exit).toBe(8);
    expect(ran.err).toContain('not begun: the reader of the output has gone');
  });
});

describe('ls and stat', () => {
  const json = {
    name: 'films/a.mp4',
    fileId: '1'.repeat(32),
    size: 1_503_238_554,
    digest: '2'.repeat(64),
    createdAt: '2026-01-02T03:04:05.000Z',
    target: 3,
    replicas: [
      {
        keeper: 'k1',
        address: '127.0.0.1:7001',
        state: 'live',
        verifiedAt: '2026-01-02T03:04:06.000Z',
        path: `objects/11/${'1'.repeat(32)}.mp4`,
      },
    ],
    mp4: {
      durationMs: 245_000,
      faststart: true,
      tracks: [{ type: 'video', codec: 'avc1.64001f', width: 1280, height: 720 }],
      fragmented: false,
    },
  };

  it('prints the object that is promised to scripts', async () => {
    const { out } = await run(['stat', 'films/a.mp4', '--json'], { stat: async () => aFileView() });

    expect(JSON.parse(out)).toEqual(json);
  });

  it('prints one object a line for a list', async () => {
    const list = () => each(aFileView(), aFileView({ name: 'b', mp4: { kind: 'not mp4' } }));

    const { out } = await run(['--json', 'ls'], { list });

    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toEqual([json, { ...json, name: 'b', mp4: null }]);
  });

  it('prints names alone, and with -l what people want to know', async () => {
    const list = () => each(aFileView());

    expect((await run(['ls'], { list })).out).toBe('films/a.mp4\n');
    expect((await run(['ls', '-l'], { list })).out).toBe(
      '   1.4 GiB       4:05    1280x720  avc1  faststart  1/3  2026-01-02T03:04:05.000Z  films/a.mp4\n',
    );
  });

  it('shows everything known of a file, coloured only when asked to', async () => {
    const stat = async () => aFileView();

    const plain = await run(['stat', 'films/a.mp4'], { stat });
    const painted = await run(['--color', 'always', 'stat', 'films/a.mp4'], { stat });

    expect(plain.out).toContain('1.4 GiB (1503238554 bytes)');
    expect(plain.out).toContain('4:05, faststart, video avc1.64001f 1280x720');
    expect(plain.out).not.toContain('\u001b');
    expect(painted.out).toContain('\u001b[32mlive\u001b[0m');
  });

  it('shows what a film and its keepers say of it, and obeys none of it', async () => {
    const track = { type: 'video', codec: '\u001b[2J' } as const;
    const facts = { durationMs: 1, faststart: true, fragmented: false, tracks: [track] };
    const film = aFileView({ mp4: { kind: 'mp4', ...facts } });
    const unread = aFileView({
      mp4: { kind: 'unreadable', faststart: true, reason: 'its index \u0007 is cut' },
    });

    const shown = await Promise.all([
      run(['stat', 'a'], { stat: async () => film }),
      run(['stat', 'a'], { stat: async () => unread }),
      run(['ls', '-l'], { list: () => each(film) }),
    ]);

    for (const { out } of shown) expect(out).not.toMatch(/[^\P{Cc}\n]/u);
  });
});

describe('put and get', () => {
  it('uploads stdin from a file, with everything that was asked for', async () => {
    const requests: PutRequest[] = [];
    const put = async (request: PutRequest) => {
      requests.push(request);
      return aFileView({ name: request.name });
    };
    const argv = ['put', '-', '--as', 'a.mp4', '--into', 'x/', '--target', '2', '--acks', '2'];

    const { exit, out } = await run(
      [...argv, '--replace', '--json'],
      { put },
      {
        stdin: Readable.from(['bytes']),
      },
    );

    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ name: 'x/a.mp4' });
    expect(requests).toMatchObject([{ name: 'x/a.mp4', target: 2, acks: 2, replace: true }]);
  });

  it('writes a download to stdout, and nothing else', async () => {
    const get = async ({ to }: GetRequest) => {
      if ('stream' in to) to.stream.write('the bytes');
      return aFileView();
    };

    const { exit, out } = await run(['get', 'a', '-o', '-', '--json'], { get });

    expect([exit, out]).toEqual([0, 'the bytes']);
  });

  it('refuses a name that would leave the directory it is fetched into', async () => {
    expect((await run(['get', '../a', '-o', '/tmp/'])).exit).toBe(10);
  });

  it('exits 8 when some of several files failed, with a line for each', async () => {
    const remove = async (name: string) => (name === 'b' ? refuse('not-found') : undefined);

    const { exit, err } = await run(['rm', 'a', 'b', 'c'], { remove });

    expect(exit).toBe(8);
    expect(err.split('\n')).toEqual([
      'removed a',
      'reelkeep: b: so it is',
      'removed c',
      'reelkeep: 1 of 3 failed',
      '',
    ]);
  });

  it('exits with the code of the failure when all of them failed alike', async () => {
    expect((await run(['rm', 'a', 'b'], { remove: () => refuse('not-found') })).exit).toBe(3);
  });

  it('says nothing when told to be quiet', async () => {
    const { err } = await run(['--quiet', 'rm', 'a'], { remove: async () => undefined });

    expect(err).toBe('');
  });
});
