import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { documentedMetrics } from '../deploy/metric-names.js';
import { portOf, scrapeKeepers, scrapeOf, startGateway, startLooked } from './looked-at.js';
import { flipByte, makeFilm, mebibytes } from './rig.js';
import { healthOf, promtool, promtoolIsMissing, type Scrape, scrape } from './scrape.js';
import { skipWithout } from './tell.js';

const filmBytes = mebibytes(9);

describe('the metrics of a cluster', () => {
  it('move with what the cluster does', { timeout: 120_000 }, async () => {
    const rig = await startLooked(4);
    const film = await makeFilm(rig.path('film.mp4'), filmBytes);
    const empty = await scrapeOf(rig, 'master');

    await rig.succeed('put', film);
    await rig.healthy();
    await rig.succeed('get', 'film.mp4', '-o', rig.path('back.mp4'));
    await rig.client('stat', 'no-such.mp4');
    const stored = await scrapeOf(rig, 'master');
    const keepers = await scrapeKeepers(rig);

    expect(empty.of('reelkeep_master_files')).toBe(0);
    expect(readings(stored)).toEqual({
      mode: 1,
      alive: 4,
      lost: 0,
      files: 1,
      bytes: filmBytes,
      belowTarget: 0,
      missing: 0,
      acknowledged: 1,
      ordered: 2,
      storedCopies: 2,
      begun: 1,
      notFound: 1,
    });
    const replicas = rig.keeperNames.map((name) =>
      stored.of(`reelkeep_master_keeper_replicas{keeper="${name}"}`),
    );
    expect(sum(replicas)).toBe(3);
    expect(sumOf(keepers, 'reelkeep_keeper_received_bytes_total{operation="put"}')).toBe(filmBytes);
    expect(sumOf(keepers, 'reelkeep_keeper_received_bytes_total{operation="copy_in"}')).toBe(
      2 * filmBytes,
    );
    expect(sumOf(keepers, 'reelkeep_keeper_sent_bytes_total{operation="copy_out"}')).toBe(
      2 * filmBytes,
    );
    expect(
      sumOf(keepers, 'reelkeep_keeper_sent_bytes_total{operation="get"}'),
    ).toBeGreaterThanOrEqual(filmBytes);
    expect(sumOf(keepers, 'reelkeep_keeper_transfers_total{operation="put",outcome="ok"}')).toBe(1);
    expect(
      sumOf(keepers, 'reelkeep_keeper_transfers_total{operation="copy_in",outcome="ok"}'),
    ).toBe(2);
    expect(sumOf(keepers, 'reelkeep_keeper_used_bytes')).toBe(3 * filmBytes);
    expect(sumOf(keepers, 'reelkeep_keeper_fsync_duration_seconds_count')).toBeGreaterThan(8);
    expect(sumOf(keepers, 'reelkeep_keeper_master_connected')).toBe(4);
  });

  it('tell of a keeper that is lost and of the one that takes its place, and so does the health of the cluster', {
    timeout: 120_000,
  }, async () => {
    const rig = await startLooked(4);
    await rig.succeed('put', await makeFilm(rig.path('film.mp4'), filmBytes));
    await rig.healthy();
    const victim = (await rig.stat('film.mp4')).replicas[0]?.keeper ?? '';
    const well = await healthOf(portOf(rig, 'master'), 'cluster');

    await rig.kill(victim);
    await rig.until('a third replica is there, and the loss is told', async () => {
      const seen = await scrapeOf(rig, 'master');
      return (
        seen.of('reelkeep_master_copies_total{outcome="stored"}') === 3 &&
        seen.of('reelkeep_master_files_below_target') === 0 &&
        seen.of(`reelkeep_master_keeper_lost{keeper="${victim}"}`) === 1 &&
        seen.of('reelkeep_master_counts_settled') === 1
      );
    });
    const lost = await healthOf(portOf(rig, 'master'), 'cluster');
    const seen = await scrapeOf(rig, 'master');

    expect(well).toEqual({ status: 200, ok: true, reasons: [] });
    expect(lost).toEqual({ status: 503, ok: false, reasons: [`lost: ${victim}`] });
    expect(seen.of('reelkeep_master_keepers{state="lost"}')).toBe(1);
    expect(seen.of('reelkeep_master_keeper_changes_total{state="lost"}')).toBe(1);
    expect(
      seen.of(`reelkeep_master_keeper_heartbeat_age_seconds{keeper="${victim}"}`),
    ).toBeGreaterThan(0.5);
  });

  it('tell of a replica that has rotted', { timeout: 120_000 }, async () => {
    const rig = await startLooked(3);
    await rig.succeed('put', await makeFilm(rig.path('film.mp4'), filmBytes));
    await rig.healthy();
    const [rotten] = (await rig.stat('film.mp4')).replicas;
    if (rotten === undefined) throw new Error('no replica');
    await flipByte(rig.replicaFile(rotten), filmBytes - 10);

    await rig.client('verify', 'film.mp4');

    const seen = await scrapeOf(rig, rotten.keeper);
    expect(seen.of('reelkeep_keeper_replicas_quarantined_total')).toBe(1);
    expect(
      seen.of('reelkeep_keeper_verifications_total{reader="order",outcome="quarantined"}'),
    ).toBe(1);
    await rig.healthy();
    const others = (await scrapeKeepers(rig)).map((scraped) =>
      scraped.of('reelkeep_keeper_verifications_total{reader="order",outcome="sound"}'),
    );
    expect(sum(others)).toBeGreaterThanOrEqual(2);
  });

  it('tell what viewers ask of a gateway, and what that asks of keepers', {
    timeout: 120_000,
  }, async () => {
    const rig = await startLooked(3);
    const gateway = await startGateway(rig);
    await rig.succeed('put', await makeFilm(rig.path('film.mp4'), filmBytes));
    await rig.healthy();
    const url = `http://${gateway.address}/files/film.mp4`;

    for (let view = 0; view < 2; view += 1) await (await fetch(url)).arrayBuffer();
    await (await fetch(url, { headers: { Range: 'bytes=10-19' } })).arrayBuffer();
    await fetch(`http://${gateway.address}/files/no-such.mp4`);
    await fetch(`http://${gateway.address}/files/put.mp4`, {
      method: 'PUT',
      body: await readFile(rig.path('film.mp4')),
    });
    await rig.until('nobody views any more', async () => {
      const seen = await scrape(gateway.ready.metricsPort);
      return seen.of('reelkeep_gateway_viewers') === 0;
    });

    const seen = await scrape(gateway.ready.metricsPort);
    const requests = (status: string): number | undefined =>
      seen.of(
        `reelkeep_gateway_http_requests_total{route="files",method="GET",status="${status}"}`,
      );
    expect([requests('2xx'), requests('4xx')]).toEqual([3, 1]);
    expect(seen.of('reelkeep_gateway_uploads_total{protocol="put",outcome="committed"}')).toBe(1);
    expect(seen.of('reelkeep_gateway_stored_bytes_total')).toBe(filmBytes);
    expect(seen.of('reelkeep_gateway_sent_bytes_total')).toBe(2 * filmBytes + 10);
    expect(seen.of('reelkeep_gateway_read_bytes_total')).toBe(filmBytes);
    expect(seen.of('reelkeep_gateway_chunks_total{source="memory"}')).toBeGreaterThanOrEqual(4);
    expect(seen.of('reelkeep_gateway_http_request_duration_seconds_count{route="files"}')).toBe(5);
    expect(
      sumOf(await scrapeKeepers(rig), 'reelkeep_keeper_sent_bytes_total{operation="get"}'),
    ).toBe(filmBytes);
  });

  it('are those that the page has, with its labels, and as promtool wants them', {
    timeout: 120_000,
  }, async ({ skip }) => {
    const rig = await startLooked(3);
    const gateway = await startGateway(rig);
    await rig.succeed('put', await makeFilm(rig.path('film.mp4'), filmBytes));
    await rig.succeed('verify', 'film.mp4');
    await fetch(`http://${gateway.address}/no-such-route`);
    const scrapes = [
      await scrapeOf(rig, 'master'),
      ...(await scrapeKeepers(rig)),
      await scrape(gateway.ready.port),
      await scrape(gateway.ready.metricsPort),
    ];

    const documented = documentedMetrics();
    const shown = new Set(scrapes.flatMap(({ types }) => [...types.keys()]));
    const wrongLabels = scrapes.flatMap(({ labels }) =>
      [...labels].filter(([metric, names]) => {
        const page = documented.find(({ name }) => name === metric)?.labels ?? [];
        return [...names].toSorted().join() !== page.toSorted().join();
      }),
    );

    expect([...shown].toSorted()).toEqual(documented.map(({ name }) => name).toSorted());
    expect(wrongLabels).toEqual([]);
    skipWithout(promtoolIsMissing(), skip);
    for (const { text } of scrapes) expect(promtool(['check', 'metrics'], text)).toBe('');
  });

  it('hold no name of a file and no id of one', { timeout: 120_000 }, async () => {
    const rig = await startLooked(3);
    const film = await makeFilm(rig.path('secret-film.mp4'), filmBytes);
    await rig.succeed('put', film);
    await rig.succeed('get', 'secret-film.mp4', '-o', rig.path('back.mp4'));
    await rig.client('get', 'no-such-film.mp4', '-o', rig.path('none.mp4'));
    const { fileId, digest } = await rig.stat('secret-film.mp4');

    const scrapes = [await scrapeOf(rig, 'master'), ...(await scrapeKeepers(rig))];

    for (const { text } of scrapes)
      for (const word of ['secret-film', 'no-such-film', fileId, digest])
        expect(text).not.toContain(word);
  });
});

const sumOf = (scrapes: readonly Scrape[], series: string): number =>
  sum(scrapes.map((scraped) => scraped.of(series)));

const sum = (values: readonly (number | undefined)[]): number =>
  values.reduce<number>((total, value = 0) => total + value, 0);

const readings = (master: Scrape) => ({
  mode: master.of('reelkeep_master_mode{mode="serving"}'),
  alive: master.of('reelkeep_master_keepers{state="alive"}'),
  lost: master.of('reelkeep_master_keepers{state="lost"}'),
  files: master.of('reelkeep_master_files'),
  bytes: master.of('reelkeep_master_file_bytes'),
  belowTarget: master.of('reelkeep_master_files_below_target'),
  missing: master.of('reelkeep_master_files_missing'),
  acknowledged: master.of('reelkeep_master_uploads_total{outcome="acknowledged"}'),
  ordered: master.of('reelkeep_master_copies_total{outcome="ordered"}'),
  storedCopies: master.of('reelkeep_master_copies_total{outcome="stored"}'),
  begun: master.of('reelkeep_master_rpc_calls_total{method="BeginUpload",code="ok"}'),
  notFound: master.of('reelkeep_master_rpc_calls_total{method="Stat",code="not-found"}'),
});
