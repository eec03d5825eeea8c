/** What certificates, TLS and tickets cost: the same work on two clusters in turn, with and without; and a ticket by itself. */
import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Authority } from '../../../src/credentials/authority.js';
import { digest, fileId, keeperId } from '../../../src/domain/ids.js';
import { judgeTicket } from '../../../src/transfer/ticket-check.js';
import { proveRequest, signTicket, verifyRequest } from '../../../src/transfer/ticket-proof.js';
import { BenchCluster, type Sample, usageIn } from '../bench-cluster.js';
import type { Measurement } from '../measurement.js';
import { runPairs } from '../pairs.js';
import { isSame } from '../same-bytes.js';
import type { Figures, Stage } from '../stage.js';

interface Work {
  readonly name: string;
  readonly films: 'large' | 'small';
  readonly direction: 'put' | 'get';
  readonly parallel: number;
}

const works: readonly Work[] = [
  { name: 'put-large', films: 'large', direction: 'put', parallel: 1 },
  { name: 'get-large', films: 'large', direction: 'get', parallel: 1 },
  { name: 'put-many-parallel', films: 'small', direction: 'put', parallel: 8 },
  { name: 'get-many-parallel', films: 'small', direction: 'get', parallel: 8 },
];

interface Security {
  readonly name: string;
  readonly what: string;
  readonly dataTls: 'on' | 'off';
}

const securities: readonly Security[] = [
  { name: 'tls', what: 'TLS on every connection', dataTls: 'on' },
  { name: 'tls-control', what: 'TLS on control connections, not on data ports', dataTls: 'off' },
];

export const securityFigures: readonly Figures[] = [
  ...securities.map((security) => ({
    names: works.map((work) => `${security.name}-${work.name}`),
    run: (stage: Stage) => measureSecurity(stage, security),
  })),
  { names: ['ticket'], run: async (stage: Stage) => [measureTicket(stage)] },
];

async function measureSecurity(
  stage: Stage,
  { name, what, dataTls }: Security,
): Promise<readonly Measurement[]> {
  const authority = await Authority.create(await stage.freshDirectory('authority'));
  const plain = await BenchCluster.start(join(stage.dir, 'plain'), { durability: 'relaxed' });
  const results: Measurement[] = [];
  try {
    const secured = await BenchCluster.start(join(stage.dir, 'secured'), {
      durability: 'relaxed',
      security: { authority, dataTls },
    });
    try {
      for (const work of works)
        results.push(await compare(stage, work, { name, what, plain, secured }));
    } finally {
      await secured.end();
    }
  } finally {
    await plain.end();
  }
  return results;
}

interface Sides extends Pick<Security, 'name' | 'what'> {
  readonly plain: BenchCluster;
  readonly secured: BenchCluster;
}

async function compare(stage: Stage, work: Work, sides: Sides): Promise<Measurement> {
  const films = work.films === 'large' ? [await stage.large] : await stage.small;
  const bytes = stage.scale[work.films === 'large' ? 'largeBytes' : 'smallBytes'] * films.length;
  const clusters = [sides.plain, sides.secured];
  if (work.direction === 'get') for (const one of clusters) await store(one, films);
  const held = await Promise.all(clusters.map((one) => one.replicas()));
  const subject = work.direction === 'put' ? put : get;
  const { baselineSeconds, samples } = await runPairs(stage, {
    writtenBytes: (work.direction === 'put' ? 3 : 1) * bytes,
    sources: [...films, ...held.flat()],
    baseline: () => subject(stage, sides.plain, work, films),
    subject: () => subject(stage, sides.secured, work, films),
    clear: async () => {
      await rm(targetOf(stage), { recursive: true, force: true });
      if (work.direction === 'put') for (const one of clusters) await empty(one);
    },
  });
  for (const one of clusters) await empty(one);
  return {
    name: `${sides.name}-${work.name}`,
    what: `${work.name}: ${sides.what}, against none`,
    unit: 'x',
    values: samples.map(({ seconds }, at) => seconds / (baselineSeconds[at] ?? Number.NaN)),
    baseline: { what: 'the same without certificates', seconds: baselineSeconds },
    ...usageIn(samples),
  };
}

const targetOf = ({ dir }: Stage): string => join(dir, 'fetched');

async function store(cluster: BenchCluster, films: readonly string[]): Promise<void> {
  await cluster.client('put', '--acks', '3', ...films);
  await cluster.healthy();
}

async function empty(cluster: BenchCluster): Promise<void> {
  await cluster.healthy();
  await cluster.removeAll();
}

function put(
  _: Stage,
  cluster: BenchCluster,
  { films: kind, parallel }: Work,
  films: readonly string[],
): Promise<Sample> {
  const [first = ''] = films;
  const path = kind === 'large' ? first : dirname(first);
  return cluster.sample(() =>
    cluster.client('put', '--acks', '3', '--parallel', `${parallel}`, path),
  );
}

async function get(
  stage: Stage,
  cluster: BenchCluster,
  { parallel }: Work,
  films: readonly string[],
): Promise<Sample> {
  const target = targetOf(stage);
  await mkdir(target, { recursive: true });
  const names = films.map((film) => basename(film));
  const sample = await cluster.sample(() =>
    cluster.client('get', ...names, '-o', target, '--parallel', `${parallel}`),
  );
  for (const film of films)
    if (!(await isSame(film, join(target, basename(film)))))
      throw new Error(`${film} came back as something else`);
  return sample;
}

const ticketsFull = 50_000;
const ticketsQuick = 500;

/** All that a transfer has of it: signed by the master, proved by the client, verified and judged by the keeper. */
function measureTicket({ scale }: Stage): Measurement {
  const count = scale.kind === 'quick' ? ticketsQuick : ticketsFull;
  const values: number[] = [];
  for (let round = 0; round <= scale.rounds; round += 1) {
    const beganMs = performance.now();
    for (let ticket = 0; ticket < count; ticket += 1) serveTicket();
    if (round > 0) values.push((performance.now() - beganMs) / count);
  }
  return { name: 'ticket', what: 'one ticket signed, proved and verified', unit: 'ms', values };
}

const key = randomBytes(32);
const keeper = keeperId('keeper-1');
const file = fileId('f0'.repeat(16));

function serveTicket(): void {
  const signed = signTicket(
    {
      operation: 'get',
      fileId: file,
      keeper,
      incarnation: 1,
      epoch: 1,
      size: 1,
      digest: digest('0f'.repeat(32)),
      expiresAtMs: 60_000,
      nonce: randomBytes(16).toString('hex'),
      keyId: 1,
    },
    key,
  );
  const request = { challenge: randomBytes(32), requestNumber: 0, head: signed.claims };
  const proof = proveRequest(signed.proofKey, request);
  const claims = verifyRequest(signed.claims, proof, request, () => key);
  const head = { operation: 'get', claims: signed.claims, fileId: file } as const;
  const here = { keeper, incarnation: 1, epoch: 1, masterNowMs: 0, peer: undefined };
  const verdict = judgeTicket(claims, { ...head, range: { first: 0, count: 1 } }, here);
  if (!verdict.ok) throw new Error(verdict.reason);
}
