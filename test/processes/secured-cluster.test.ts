import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runProgram } from '../../src/cli/local/run-program.js';
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
    await rig.until('the master has the new certificate', () => hasRenewed(rig, 'master'));
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

/** With certificates for a master, four keepers, and a client. */
async function makeAuthority(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'reelkeep-ca-'));
  onTestFinished(() => rm(parent, { recursive: true }));
  const ca = join(parent, 'ca');
  await succeed('master', ['init-ca', ca]);
  for (const name of [...keepers, 'k4']) await issue(ca, 'keeper', name);
  await issue(ca, 'client', 'me');
  return ca;
}

const issue = (ca: string, role: string, name: string): Promise<void> =>
  succeed('master', ['issue', role, name, '--ca', ca]);

const start = (ca: string, count: number): Promise<Rig> =>
  Rig.start({
    keepers: count,
    clientArgs: ['--credentials', join(ca, 'client-me')],
    launch: (name) => ({
      args: ['--credentials', join(ca, name === 'master' ? 'master-main' : `keeper-${name}`)],
    }),
  });

const hasRenewed = async (rig: Rig, name: string): Promise<boolean> =>
  (await readFile(rig.path(`${name}.log`), 'utf8')).includes('the certificate was renewed');

async function succeed(program: 'master', args: readonly string[]): Promise<void> {
  const { code, stderr } = await runProgram(program, args);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
}
