import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../../src/cli/local/run-program.js';
import { issue, makeAuthority, startCertified } from './certified.js';
import { clip, makeFilm, mebibytes, Rig, sha256 } from './rig.js';

const keepers = ['k1', 'k2', 'k3'];

describe('a cluster with certificates', () => {
  it('stores, fetches, repairs and restarts, and takes renewed certificates while it runs', {
    timeout: 180_000,
  }, async () => {
    const ca = await makeAuthority();
    const rig = await start(ca, 4);
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(9));
    await rig.succeed('put', film);
    await rig.healthy();
    const before = await rig.status();

    const victim = (await rig.stat('film.mp4')).replicas[0]?.keeper ?? '';
    await rig.kill(victim);
    await rig.until('it is lost', async () => (await rig.keeperStates())[victim] === 'lost');
    await rig.healthy();
    await issue(ca, 'master', 'main');
    for (const name of [...keepers, 'k4']) await issue(ca, 'keeper', name);
    await issue(ca, 'client', 'me');
    await rig.until('the master has the new certificate', () =>
      hasLogged(rig, 'master', 'the certificate was renewed'),
    );
    await rig.startKeeper(victim);
    await rig.healthy();
    await rig.kill('master');
    await rig.startMaster();
    await rig.healthy();
    await rig.succeed('get', 'film.mp4', '-o', rig.path('back.mp4'));

    expect(before).toMatchObject({ security: 'tls' });
    expect(await sha256(rig.path('back.mp4'))).toBe(await sha256(film));
  });

  it('lets in nobody without a certificate, nor a client where an admin is asked for', {
    timeout: 120_000,
  }, async () => {
    const ca = await makeAuthority();
    const rig = await start(ca, 3);
    await rig.succeed('put', clip);
    const plain = (...args: string[]) =>
      runProgram('client', ['--master', rig.masterAddress, '--timeout', '1s', ...args]);

    const [stranger, client, keeper] = await Promise.all([
      plain('get', 'clip.mp4', '-o', rig.path('stolen.mp4')),
      rig.client('keepers', 'retire', 'k1'),
      plain('--credentials', join(ca, 'keeper-k1'), 'ls'),
    ]);
    const impostor = await runProgram('keeper', [
      ...['--port', '0', '--master', rig.masterAddress, '--data', rig.path('k9')],
      ...['--id', 'k9', '--credentials', join(ca, 'keeper-k1')],
    ]);

    expect([stranger.code, stranger.stderr]).toEqual([
      5,
      expect.stringContaining('a master with certificates asks for --credentials'),
    ]);
    expect([client.code, client.stderr]).toEqual([4, expect.stringContaining('may not call')]);
    expect([keeper.code, keeper.stderr]).toEqual([2, expect.stringContaining('of a keeper')]);
    expect([impostor.code, impostor.stderr]).toEqual([2, expect.stringContaining('of keeper k1')]);
  });
});

describe('a policy', () => {
  it('says which names a client may see and change, and is followed as it is now', {
    timeout: 120_000,
  }, async () => {
    const ca = await makeAuthority();
    const rig = await start(ca, 1);
    await rig.succeed('put', clip, '--as', 'mine/clip.mp4', '--target', '1');
    await rig.succeed('put', clip, '--as', 'theirs/clip.mp4', '--target', '1');
    const policy = join(ca, 'policy.json');
    const grants = [
      { clients: ['me'], prefixes: ['mine/'], may: ['read', 'list', 'write'] },
      { clients: ['other'], prefixes: ['theirs/'], may: ['read'] },
    ];

    await writeFile(policy, JSON.stringify({ format: 1, grants }));
    await rig.until('it was taken', () => hasLogged(rig, 'master', 'the policy was taken'));
    const [mine, theirs, removal, listed] = await Promise.all([
      rig.client('stat', 'mine/clip.mp4'),
      rig.client('get', 'theirs/clip.mp4', '-o', rig.path('stolen.mp4')),
      rig.client('rm', 'mine/clip.mp4'),
      rig.client('ls'),
    ]);
    await writeFile(policy, '{');
    await rig.until('nothing is granted', async () => (await rig.client('ls')).code === 4);

    expect([mine.code, theirs.code, removal.code]).toEqual([0, 4, 4]);
    expect(theirs.stderr).toContain('client me may not read "theirs/clip.mp4"');
    expect(listed.stdout).toBe('mine/clip.mp4\n');
    const who = { role: 'client', name: 'me' };
    await rig.until('it is written down', async () => (await audited(rig)).length >= 4);
    const mayNot = { who, outcome: 'refused', why: expect.stringContaining('may not') };
    expect(await audited(rig)).toEqual(
      expect.arrayContaining([
        {
          ...anyTime,
          who,
          what: 'BeginUpload',
          about: anUpload('mine/clip.mp4'),
          outcome: 'allowed',
        },
        { ...anyTime, ...mayNot, what: 'Locate', about: { name: 'theirs/clip.mp4' } },
        { ...anyTime, ...mayNot, what: 'Remove', about: { name: 'mine/clip.mp4' } },
      ]),
    );
  });
});

describe('what servers write', () => {
  it('is for their user alone', { timeout: 120_000 }, async () => {
    const ca = await makeAuthority();
    const rig = await start(ca, 1, ['--snapshot-every', '1s']);
    await rig.succeed('put', clip, '--target', '1');
    await rig.until('there is a snapshot', async () => 'snapshot' in (await rig.status()));
    const written = [rig.data('master'), rig.data('k1')];

    const open: string[] = [];
    for (const root of written)
      for (const name of ['', ...(await readdir(root, { recursive: true }))]) {
        const { mode } = await stat(join(root, name));
        if ((mode & 0o077) !== 0) open.push(name);
      }

    expect(open).toEqual([]);
  });
});

describe('a server that others could reach', () => {
  it.each(['master', 'keeper'] as const)(
    'does not start without certificates, and says how to make them: a %s',
    async (program) => {
      const data = ['--data', join(tmpdir(), 'never-made'), '--port', '0', '--host', '0.0.0.0'];
      const advertise = program === 'keeper' ? ['--advertise', 'disk1:7001'] : [];

      const { code, stderr } = await runProgram(program, [...data, ...advertise]);

      expect(code).toBe(2);
      expect(stderr).toContain('--host 0.0.0.0 can be reached from other machines');
      expect(stderr).toMatch(/bin\/master (init-ca|issue keeper).*--credentials/);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    },
  );

  it('starts with --insecure, and says so in its log and in the status', async () => {
    const rig = await Rig.start({
      keepers: 0,
      masterArgs: ['--host', '0.0.0.0', '--insecure'],
    });

    expect(await rig.status()).toMatchObject({ security: 'insecure' });
    expect(await rig.succeed('status')).toContain('INSECURE');
    expect(await readFile(rig.path('master.log'), 'utf8')).toContain('INSECURE');
  });
});

describe('an authority', () => {
  it('is made once', async () => {
    const ca = await makeAuthority();

    const again = await runProgram('master', ['init-ca', ca]);

    expect([again.code, again.stderr]).toEqual([6, expect.stringContaining('is there already')]);
  });

  it.each([
    [['issue', 'king', 'me'], 'there is no role king'],
    [['issue', 'keeper', '../k1'], 'use 1 to 64 of a-z'],
    [['issue', 'keeper', 'k1', '--ca', '/nowhere'], 'bin/master init-ca'],
    [['init-ca', '/nowhere', '--cluster', 'x'], 'give the 32 hex digits'],
  ])('refuses %j', async (args, told) => {
    const ca = args.includes('--ca') || args[0] === 'init-ca' ? [] : ['--ca', tmpdir()];

    const { code, stderr } = await runProgram('master', [...args, ...ca]);

    expect([code, stderr]).toEqual([2, expect.stringContaining(told)]);
  });
});

const start = (ca: string, count: number, masterArgs: readonly string[] = []): Promise<Rig> =>
  startCertified(ca, { keepers: count, masterArgs, keeperArgs: ['--data-tls', 'on'] });

const hasLogged = async (rig: Rig, name: string, what: string): Promise<boolean> =>
  (await readFile(rig.path(`${name}.log`), 'utf8')).includes(what);

const anyTime = { at: expect.any(String) };
const anUpload = (name: string) => ({ name, uploadId: expect.any(String) });

/** Whole lines of the master's audit log. */
async function audited(rig: Rig): Promise<readonly unknown[]> {
  const text = await readFile(rig.data('master', 'audit', 'audit.jsonl'), 'utf8');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}
