import { describe, expect, it } from 'vitest';
import type {
  ErrorJson,
  FileDetailJson,
  FilePageJson,
  KeeperJson,
  OverviewJson,
  VerificationJson,
} from '../../../src/actors/gateway/api-shapes.js';
import { clip, flipByte, makeFilm, mebibytes, Rig } from '../rig.js';
import { type Gateway, startGateway } from './a-gateway.js';
import { listen } from './an-event-source.js';

const hostile = 'a b/#1?%20&+"é\u202e.mp4';

describe('what a gateway tells of a cluster', () => {
  it('is how it is in one sentence, and each keeper', async () => {
    const { rig, get } = await aCluster();
    await rig.succeed('put', clip, '--as', 'a.mp4');
    await rig.healthy();

    const overview = await get<OverviewJson>('/api/overview');
    const keepers = await get<KeeperJson[]>('/api/keepers');

    expect(overview).toMatchObject({
      health: {
        level: 'good',
        sentence: expect.stringMatching(/^All is well: 1 file on 3 keepers/),
      },
      keepers: { alive: 3, suspect: 0, lost: 0 },
      files: 1,
      belowTarget: 0,
      missing: 0,
    });
    expect(keepers.map(({ keeper, state, replicas }) => [keeper, state, replicas])).toEqual([
      ['k1', 'alive', 1],
      ['k2', 'alive', 1],
      ['k3', 'alive', 1],
    ]);
  });

  it('is everything of one file, whatever its name is made of', async () => {
    const { rig, gateway, get } = await aCluster();
    const path = await makeFilm(rig.path('film.mp4'), mebibytes(9));
    await rig.succeed('put', path, '--as', hostile);
    await rig.healthy();

    const { chunkBytes, chunks, ...file } = await get<FileDetailJson>(apiPath(hostile));

    expect(file).toEqual(await rig.stat(hostile));
    expect([chunks, chunkBytes]).toEqual([3, mebibytes(4)]);
    const head = await fetch(gateway.url(hostile), { method: 'HEAD' });
    expect(head.headers.get('etag')).toBe(`"${file.digest}"`);
  });

  it('is each file once, page by page, and those of one keeper', async () => {
    const { rig, get } = await aCluster();
    const names = Array.from({ length: 7 }, (_, at) => `films/${at}.mp4`);
    for (const name of [...names, 'other.mp4']) await rig.succeed('put', clip, '--as', name);
    await rig.healthy();

    expect(await allNames(get, '/api/files', { prefix: 'films/', limit: '3' })).toEqual(names);
    expect((await allNames(get, '/api/keepers/k2/files', { limit: '3' })).toSorted()).toEqual([
      ...names,
      'other.mp4',
    ]);
    expect(await allNames(get, '/api/files', { contains: 'OTHER', limit: '1' })).toEqual([
      'other.mp4',
    ]);
  });

  it('is nothing for what cannot be asked, and the sentence says why', async () => {
    const { gateway } = await aCluster();

    for (const [path, status, code] of refusals) {
      const answer = await fetch(gateway.origin + path);
      const { error } = (await answer.json()) as ErrorJson;

      expect([path, answer.status, error.code]).toEqual([path, status, code]);
      expect(error.message).not.toBe('');
    }
  });
});

const refusals: readonly (readonly [path: string, status: number, code: string])[] = [
  ['/api/files?limit=0', 400, 'usage'],
  ['/api/files?limit=1001', 400, 'usage'],
  ['/api/files?what=else', 400, 'usage'],
  [`/api/files?contains=${'x'.repeat(257)}`, 400, 'usage'],
  ['/api/keepers/k9/files', 404, 'not-found'],
  ['/api/keepers/k1/files?after=zz', 400, 'usage'],
  ['/api/files/nothing.mp4', 404, 'not-found'],
  ['/api/files/%ff', 400, 'usage'],
  ['/api/nothing', 404, 'not-found'],
  ['/assets/..%2f..%2fpackage.json', 404, 'not-found'],
];

describe('what a gateway does with a file', () => {
  it('is to have each replica read again, and tell what was found as it is', async () => {
    const { rig, gateway } = await aCluster();
    const path = await makeFilm(rig.path('film.mp4'), mebibytes(9));
    await rig.succeed('put', path, '--as', hostile);
    await rig.healthy();
    const [rotten] = (await rig.stat(hostile)).replicas;
    if (rotten === undefined) throw new Error('there are three');
    await flipByte(rig.replicaFile(rotten), mebibytes(5));

    const told = await verify(gateway, hostile);

    const found = told.flatMap((one) =>
      'type' in one && one.type === 'replica' ? [[one.keeper, one.sound]] : [],
    );
    expect(Object.fromEntries(found)).toEqual({
      k1: rotten.keeper !== 'k1',
      k2: rotten.keeper !== 'k2',
      k3: rotten.keeper !== 'k3',
    });
    expect(told.at(-1)).toMatchObject({ type: 'file', file: { name: hostile, chunks: 3 } });
  });

  it('is to name it anew, as long as the name is free', async () => {
    const { rig, gateway } = await aCluster();
    await rig.succeed('put', clip, '--as', 'verify');
    await rig.succeed('put', clip, '--as', 'taken.mp4');

    const taken = await rename(gateway, 'verify', { newName: 'taken.mp4' });
    const wrong = await rename(gateway, 'verify', { newName: 1 });
    const done = await rename(gateway, 'verify', { newName: hostile });

    expect([taken.status, wrong.status, done.status]).toEqual([409, 400, 204]);
    expect((await rig.stat(hostile)).name).toBe(hostile.normalize('NFC'));
  });

  it('is nothing for a page of another site', async () => {
    const { rig, gateway } = await aCluster();
    await rig.succeed('put', clip, '--as', 'a.mp4');

    const headers = { 'sec-fetch-site': 'cross-site' };
    const answer = await rename(gateway, 'a.mp4', { newName: 'b.mp4' }, headers);

    expect(answer.status).toBe(403);
    await rig.stat('a.mp4');
  });
});

describe('the events of a gateway', () => {
  it('tell of a keeper that is lost, and of the repair, to everyone who listens', async () => {
    const rig = await Rig.start({ keepers: 4 });
    const path = await makeFilm(rig.path('film.mp4'), mebibytes(9));
    await rig.succeed('put', path, '--as', 'a.mp4');
    await rig.healthy();
    const gateway = await startGateway(rig);
    const [one, other] = await Promise.all([listen(gateway.origin), listen(gateway.origin)]);
    await one.until('overview', ({ health }: OverviewJson) => health.level === 'good');
    const [lost] = (await rig.stat('a.mp4')).replicas;
    if (lost === undefined) throw new Error('there are three');

    await rig.kill(lost.keeper);

    const texts = (events: readonly { readonly text: string }[]) => events.map(({ text }) => text);
    for (const line of [one, other]) {
      await line.until('story', (events: readonly { readonly text: string }[]) =>
        texts(events).includes(`Keeper ${lost.keeper} is lost.`),
      );
      await line.until('keepers', (keepers: readonly KeeperJson[]) =>
        keepers.some(({ keeper, state }) => keeper === lost.keeper && state === 'lost'),
      );
      await line.until(
        'overview',
        ({ belowTarget, keepers }: OverviewJson) => keepers.lost === 1 && belowTarget === 0,
      );
    }
  });

  it('end when the gateway stops', async () => {
    const { gateway } = await aCluster();
    const line = await listen(gateway.origin);
    await line.until('overview', () => true);

    await gateway.process.end('SIGTERM');

    await line.ended;
  });

  it('go on when the master has been away', async () => {
    const { rig, gateway } = await aCluster();
    const line = await listen(gateway.origin);
    await line.until('overview', () => true);

    await rig.kill('master');
    await line.until('health', ({ level }: OverviewJson['health']) => level === 'bad');
    await rig.startMaster();

    await line.until('overview', ({ health }: OverviewJson) => health.level === 'good');
  });
});

async function aCluster() {
  const rig = await Rig.start({ keepers: 3 });
  const gateway = await startGateway(rig);
  const get: Get = async (path) => {
    const answer = await fetch(gateway.origin + path);
    if (!answer.ok) throw new Error(`${path}: ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as never;
  };
  return { rig, gateway, get };
}

type Get = <Value>(path: string) => Promise<Value>;

const apiPath = (name: string): string =>
  `/api/files/${name.split('/').map(encodeURIComponent).join('/')}`;

async function allNames(
  get: Get,
  path: string,
  query: Readonly<Record<string, string>>,
): Promise<string[]> {
  const names: string[] = [];
  let after: string | undefined = '';
  while (after !== undefined) {
    const page: FilePageJson = await get(`${path}?${new URLSearchParams({ ...query, after })}`);
    expect(page.files.length).toBeLessThanOrEqual(Number(query['limit']));
    names.push(...page.files.map(({ name }) => name));
    after = page.next;
  }
  return names;
}

async function verify({ origin }: Gateway, name: string): Promise<readonly VerificationJson[]> {
  const answer = await fetch(`${origin}${apiPath(name)}/verify`, { method: 'POST' });
  const lines = (await answer.text()).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as VerificationJson);
}

const rename = (
  { origin }: Gateway,
  name: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> =>
  fetch(`${origin}${apiPath(name)}/rename`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
