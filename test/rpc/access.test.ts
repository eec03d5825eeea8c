import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ChannelCredentials,
  Client,
  credentials as grpcCredentials,
  Metadata,
  type StatusObject,
  status,
} from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import type { Authority } from '../../src/credentials/authority.js';
import { clusterId } from '../../src/domain/ids.js';
import { roles } from '../../src/domain/principal.js';
import type { Refusal } from '../../src/rpc/access.js';
import { rolesFor } from '../../src/rpc/access-rules.js';
import { channelOptions } from '../../src/rpc/limits.js';
import { channelCredentials } from '../../src/rpc/tls.js';
import { anAuthority, credentialsOf } from '../credentials/an-authority.js';
import { allMethods, type Method } from './all-methods.js';
import { connect, startServer } from './rig.js';

const methods = allMethods();

describe('a master with certificates', () => {
  it('has a rule for each method', () => {
    const withoutRule = methods.filter(({ path }) => rolesFor(path).length === 0);

    expect(methods.length).toBeGreaterThan(20);
    expect(withoutRule.map(({ path }) => path)).toEqual([]);
    expect(rolesFor('/reelkeep.v1.ClientService/Unheard')).toEqual([]);
  });

  it('lets nobody call anything without a certificate of its authority', async () => {
    const { port, authority, ca } = await start();
    const strangers: Readonly<Record<string, ChannelCredentials>> = {
      'in plain text': grpcCredentials.createInsecure(),
      'without a certificate': grpcCredentials.createSsl(ca, null, null, anyServer),
      'of a foreign authority': await issuedBy(await anAuthority(authority.clusterId), ca),
      'that has ended': await issuedBy(authority, ca, -1),
    };

    for (const [who, channel] of Object.entries(strangers))
      for (const method of methods) {
        const { code } = await call(port, channel, method, {}, 10_000);
        expect([who, method.path, code]).toEqual([who, method.path, status.UNAVAILABLE]);
      }
  });

  it.each(roles)('lets a %s call what its role may, and nothing else', async (role) => {
    const { port, authority, refusals } = await start();
    const own = await credentialsOf(authority, role);

    for (const method of methods) {
      const { code, details } = await call(port, channelCredentials(own), method);
      const mayCall = rolesFor(method.path).includes(role);
      expect([method.path, code !== status.PERMISSION_DENIED]).toEqual([method.path, mayCall]);
      expect([method.path, code !== status.UNAVAILABLE]).toEqual([method.path, true]);
      if (!mayCall) expect(details).toContain(`a ${role} may not call`);
    }

    const refused = methods.filter(({ path }) => !rolesFor(path).includes(role));
    expect(refusals.map(({ method }) => method)).toEqual(refused.map(({ path }) => path));
    expect(new Set(refusals.map(({ principal }) => principal?.role))).toEqual(new Set([role]));
  });

  it('lets in nobody of another cluster, though the authority is the same', async () => {
    const { port, authority } = await start(aCluster('b'));
    const own = await credentialsOf(authority, 'client');

    const { code, details } = await call(port, channelCredentials(own), methods[0]);

    expect([code, details]).toEqual([
      status.PERMISSION_DENIED,
      'the certificate is of another cluster',
    ]);
  });

  it('hears of a keeper from nobody else', async () => {
    const { port, authority, refusals } = await start();
    const { register, reportVerified } = keeperMethods();
    const own = channelCredentials(await credentialsOf(authority, 'keeper', 'k1'));

    const ofAnother = await call(port, own, register, { keeperId: 'k2' });
    const stamped = await call(port, own, reportVerified, { stamp: { keeperId: 'k2' } });
    const itself = await call(port, own, register, { keeperId: 'k1' });
    const moved = await call(port, own, register, { keeperId: 'k1', clusterId: aCluster('d') });

    const refused = { code: status.PERMISSION_DENIED, details: expect.stringContaining('k1') };
    expect([ofAnother, stamped]).toMatchObject([refused, refused]);
    expect(itself.code).not.toBe(status.PERMISSION_DENIED);
    expect(moved).toMatchObject({
      code: status.PERMISSION_DENIED,
      details: expect.stringContaining('of another cluster'),
    });
    expect(refusals.map(({ principal }) => principal?.name)).toEqual(['k1', 'k1', 'k1']);
  });

  it('is not taken for it when it is a keeper’s certificate that answers', async () => {
    const authority = await anAuthority();
    const credentials = await credentialsOf(authority, 'keeper', 'k1');
    const server = await startServer({}, { credentials, onRefused: () => undefined });
    const own = await credentialsOf(authority, 'client');

    const asked = connect(server, own).stat({ name: 'a' }, { timeoutMs: 5_000 });

    await expect(asked).rejects.toMatchObject({
      code: 'unavailable',
      detail: expect.stringContaining('the connection was not taken up'),
    });
  });
});

interface Started {
  readonly port: number;
  readonly authority: Authority;
  readonly ca: Buffer;
  /** In order. */
  readonly refusals: Refusal[];
}

/** @param serves the cluster that the server takes itself for, if not that of its authority */
async function start(serves?: string): Promise<Started> {
  const authority = await anAuthority(clusterId(aCluster('a')));
  const own = await credentialsOf(authority, 'master', 'main');
  const principal = { ...own.principal, clusterId: clusterId(serves ?? aCluster('a')) };
  const refusals: Refusal[] = [];
  const { port } = await startServer(
    {},
    {
      credentials: { principal, files: own.files, onRenewed: own.onRenewed.bind(own) },
      onRefused: (refusal) => refusals.push(refusal),
    },
  );
  return { port, authority, ca: own.files.ca, refusals };
}

const aCluster = (digit: string): string => digit.repeat(32);

const anyServer = { checkServerIdentity: () => undefined };

/** Of a client; Reelkeep itself would not begin with a certificate that has ended. */
async function issuedBy(authority: Authority, ca: Buffer, days = 1): Promise<ChannelCredentials> {
  const directory = await authority.issue({ role: 'client', name: 'a', days });
  const key = await readFile(join(directory, 'tls.key'));
  const certificate = await readFile(join(directory, 'tls.crt'));
  return grpcCredentials.createSsl(ca, key, certificate, anyServer);
}

/** Every kind of call begins as one message and its end. */
async function call(
  port: number,
  channel: ChannelCredentials,
  method: Method | undefined,
  message: object = { keeperId: 'a', stamp: { keeperId: 'a' } },
  timeoutMs = 1_000,
): Promise<StatusObject> {
  if (method === undefined) throw new Error('there is no such method');
  const { path, requestSerialize, responseDeserialize } = method;
  const client = new Client(`127.0.0.1:${port}`, channel, channelOptions);
  // A stream that may be opened and never ends is known to be open by then.
  const deadline = Date.now() + timeoutMs;
  const stream = client.makeBidiStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    new Metadata(),
    { deadline },
  );
  try {
    return await new Promise((resolve) => {
      stream.on('error', () => undefined);
      stream.on('data', () => undefined);
      stream.on('status', resolve);
      stream.end(message);
    });
  } finally {
    client.close();
  }
}

function keeperMethods() {
  const named = (name: string) => methods.find(({ path }) => path.endsWith(`/${name}`));
  return { register: named('Register'), reportVerified: named('ReportVerified') };
}
