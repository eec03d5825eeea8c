import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../../src/actors/client/cluster.js';
import type { FilePageJson } from '../../../src/actors/gateway/api-shapes.js';
import { fileApiRoutes } from '../../../src/actors/gateway/file-api-routes.js';
import { listingRoutes } from '../../../src/actors/gateway/listing-routes.js';
import type { Sessions } from '../../../src/actors/gateway/sessions.js';
import type { SessionClaims } from '../../../src/domain/session-claims.js';
import { aFileView as aFile } from '../../cli/client/a-world.js';
import { https } from './a-session.js';
import { startApp } from './an-app.js';

const reader: SessionClaims = {
  id: '0123456789abcdef',
  label: 'ann',
  may: ['read', 'list'],
  prefix: 'a',
  notAfter: 10_000,
};
const editor: SessionClaims = { ...reader, may: ['read', 'list', 'write', 'delete'] };

describe('what a link allows of the API', () => {
  it('is to list the names that it is for, and no others', async () => {
    const at = await anApi(reader);

    await at.get('/api/files');
    await at.get('/api/files?prefix=ab/');
    await at.get('/api/files?contains=x');
    const elsewhere = await at.get('/api/files?prefix=b');

    expect(at.asked).toEqual(['list a', 'list ab/', 'list a']);
    expect(elsewhere.status).toBe(403);
  });

  it('is to see of a keeper the files that it is for', async () => {
    const at = await anApi(reader);

    const answer = await at.get('/api/keepers/k1/files');
    const { files, next } = (await answer.json()) as FilePageJson;

    expect([files.map(({ name }) => name), next]).toEqual([['a.mp4'], 'f'.repeat(32)]);
  });

  it('is to read those, however the names of others are written', async () => {
    const at = await anApi(reader);

    const statuses = [];
    // The last one is "á.mp4", which does not begin with "a", though its letters do.
    for (const name of ['a.mp4', 'b.mp4', 'a\u0301.mp4'])
      statuses.push((await at.get(`/api/files/${encodeURIComponent(name)}`)).status);

    expect(statuses).toEqual([200, 403, 403]);
    expect(at.asked).toEqual(['stat a.mp4']);
  });

  it('is to rename when both names are among those, and it may write and delete', async () => {
    const read = await anApi(reader);
    const edit = await anApi(editor);

    const statuses = [
      (await read.rename('a.mp4', 'a2.mp4')).status,
      (await edit.rename('b.mp4', 'a2.mp4')).status,
      (await edit.rename('a.mp4', 'b.mp4')).status,
      (await edit.rename('a.mp4', 'a2.mp4')).status,
    ];

    expect(statuses).toEqual([403, 403, 403, 204]);
    expect([...read.asked, ...edit.asked]).toEqual(['rename a.mp4 a2.mp4']);
  });
});

async function anApi(claims: SessionClaims) {
  const asked: string[] = [];
  const cluster: Partial<Cluster> = {
    async listPage({ prefix }) {
      asked.push(`list ${prefix}`);
      return { files: [] };
    },
    keeperFiles: async () => ({
      files: [aFile({ name: 'a.mp4' }), aFile({ name: 'b.mp4' })],
      next: 'f'.repeat(32) as never,
    }),
    async stat(name) {
      asked.push(`stat ${name}`);
      return aFile({ name });
    },
    async rename(name, newName) {
      asked.push(`rename ${name} ${newName}`);
    },
  };
  const sessions = { of: () => ({ ok: true, claims }) } as Partial<Sessions> as Sessions;
  const { origin } = await startApp(
    [listingRoutes, fileApiRoutes],
    { cluster: cluster as Cluster, sessions },
    { behindProxy: true },
  );
  return {
    asked,
    get: (path: string) => fetch(origin + path, https),
    rename: (name: string, newName: string) =>
      fetch(`${origin}/api/files/${name}/rename`, {
        method: 'POST',
        headers: { ...https.headers, 'content-type': 'application/json' },
        body: JSON.stringify({ newName }),
      }),
  };
}
