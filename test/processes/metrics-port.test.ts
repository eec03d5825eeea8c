import { once } from 'node:events';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runProgram } from '../../src/cli/local/run-program.js';
import type { CredentialFiles } from '../../src/domain/own-credentials.js';
import { credentialsOfClient, makeAuthority, startCertified } from './certified.js';
import { looked, portOf, startGateway, startLooked } from './looked-at.js';
import { Rig } from './rig.js';
import { healthOf, scrape } from './scrape.js';

describe('the health of a process', () => {
  it('says of a keeper without its master that it lives and is not ready', {
    timeout: 60_000,
  }, async () => {
    const rig = await startLooked(1);
    const port = portOf(rig, 'k1');
    const before = await healthOf(port, 'ready');

    await rig.kill('master');
    await rig.until('it is not ready', async () => (await healthOf(port, 'ready')).status === 503);

    expect(before).toEqual({ status: 200, ok: true, mode: 'serving' });
    expect(await healthOf(port, 'live')).toEqual({ status: 200, ok: true, silent: [] });
    expect((await scrape(port)).of('reelkeep_keeper_master_connected')).toBe(0);
    await rig.startMaster();
    await rig.until('it is ready', async () => (await healthOf(port, 'ready')).status === 200);
    expect((await scrape(port)).of('reelkeep_keeper_registrations_total')).toBe(2);
  });

  it('says of a gateway whether its master answers, and how the cluster is', {
    timeout: 60_000,
  }, async () => {
    const rig = await startLooked(1);
    const gateway = await startGateway(rig);
    const { port, metricsPort } = gateway.ready;

    const ready = await healthOf(port, 'ready');
    await rig.until(
      'the cluster is well',
      async () => (await healthOf(metricsPort, 'cluster')).status === 200,
    );
    await rig.kill('master');
    await rig.until('it is away', async () => (await healthOf(port, 'ready')).status === 503);

    expect(ready).toEqual({ status: 200, ok: true, mode: 'serving' });
    expect(await healthOf(port, 'cluster')).toMatchObject({ status: 503, ok: false });
    expect(await healthOf(port, 'live')).toEqual({ status: 200, ok: true });
    const seen = await scrape(port);
    expect(seen.of('reelkeep_gateway_master_connected')).toBe(0);
    expect(
      seen.of('reelkeep_gateway_http_requests_total{route="observing",method="GET",status="5xx"}'),
    ).toBeGreaterThanOrEqual(2);
  });
});

describe('a metrics port', () => {
  it.each(['master', 'keeper', 'gateway'] as const)(
    'that is in use ends the %s with a sentence and its exit code',
    async (program) => {
      const rig = await Rig.start({ keepers: 0 });
      const taken = createServer().listen(0, '127.0.0.1');
      onTestFinished(() => void taken.close());
      await once(taken, 'listening');
      const { port } = taken.address() as { port: number };

      const run = await runProgram(program, [
        ...['--port', '0', '--metrics-port', String(port)],
        ...[program === 'gateway' ? '--spool' : '--data', rig.path('another')],
        ...(program === 'master' ? [] : ['--master', rig.masterAddress]),
      ]);

      expect(run.code).toBe(6);
      expect(run.stderr.trim().split('\n').at(-1)).toContain(`port ${port} of 127.0.0.1 is in use`);
    },
  );

  it('that others could reach asks for a certificate of the cluster', {
    timeout: 60_000,
  }, async () => {
    const ca = await makeAuthority();
    const open = [...looked, '--metrics-host', '0.0.0.0'];
    const rig = await startCertified(ca, { keepers: 1, masterArgs: open, keeperArgs: open });
    const { files } = await credentialsOfClient(ca);

    for (const name of ['master', 'k1']) {
      const port = portOf(rig, name);
      expect(await statusOverTls(port, files)).toBe(200);
      await expect(statusOverTls(port, undefined)).rejects.toThrow();
      await expect(scrape(port)).rejects.toThrow();
    }
  });

  it('that others could reach is refused without certificates', async () => {
    const rig = await Rig.start({ keepers: 0 });

    const run = await runProgram('keeper', [
      ...['--port', '0', '--master', rig.masterAddress, '--data', rig.path('k')],
      ...['--metrics-port', '0', '--metrics-host', '0.0.0.0'],
    ]);

    expect(run.code).toBe(2);
    expect(run.stderr).toContain('--metrics-host 0.0.0.0 can be reached from other machines');
  });
});

function statusOverTls(
  port: number | undefined,
  files: CredentialFiles | undefined,
): Promise<number | undefined> {
  const own = files && { ca: files.ca, cert: files.certificate, key: files.key };
  // Certificates name no host.
  const options = { host: '127.0.0.1', port, path: '/metrics', rejectUnauthorized: false };
  return new Promise((resolve, reject) => {
    const asked = request({ ...options, ...own, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on('error', reject).end();
  });
}
