import { readFileSync } from 'node:fs';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { GatewayCounters } from '../../src/actors/gateway/counters.js';
import { gatewayFamilies } from '../../src/actors/gateway/metrics.js';
import type { GatewayWorld } from '../../src/actors/gateway/world.js';
import { KeeperCounters } from '../../src/actors/keeper/counters.js';
import type { KeeperReading } from '../../src/actors/keeper/keeper.actor.js';
import { keeperFamilies } from '../../src/actors/keeper/metrics.js';
import type { MasterReading } from '../../src/actors/master/master.actor.js';
import { masterFamilies } from '../../src/actors/master/metrics.js';
import { misnamedDefaults } from '../../src/actors/observing/exposition.js';
import { AWorld } from '../actors/master/a-world.js';
import { documentedMetrics, metricNamesIn } from '../deploy/metric-names.js';

const families = [
  ...masterFamilies(
    { parts: { world: new AWorld().world } } as unknown as MasterReading,
    () => new Map(),
  ),
  ...keeperFamilies({ parts: { counters: new KeeperCounters() } } as unknown as KeeperReading),
  ...gatewayFamilies({ counters: new GatewayCounters() } as GatewayWorld, () => true),
];
const documented = documentedMetrics();

describe('the page of metrics', () => {
  it('has each metric that a process of Reelkeep shows, with its type, and no other', () => {
    const ofReelkeep = documented.filter(({ name }) => name.startsWith('reelkeep_'));

    expect(ofReelkeep.map(({ name, type }) => `${name} ${type}`).toSorted()).toEqual(
      families.map(({ name, type }) => `${name} ${type}`).toSorted(),
    );
  });

  it('has each metric of Node, and no other', () => {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    const shown = registry
      .getMetricsAsArray()
      .map(({ name }) => name)
      .filter((name) => !misnamedDefaults.includes(name));

    const ofNode = documented.filter(({ name }) => !name.startsWith('reelkeep_'));

    expect(ofNode.map(({ name }) => name).toSorted()).toEqual(shown.toSorted());
  });

  it.each(families)('means by $name what the metric says itself', ({ name, help }) => {
    const meaning = documented.find((metric) => metric.name === name)?.meaning ?? '';

    expect(`${meaning}.`.toLowerCase()).toBe(help.toLowerCase());
  });

  it.each(families)('names $name as Prometheus has it: $type', ({ name, type }) => {
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(name).toMatch(/^reelkeep_(master|keeper|gateway)_[a-z_]+$/);
    expect(name).not.toMatch(/_(ms|milliseconds|kb|mib|percent)(_|$)/);
  });
});

describe.each([
  ['the board', '../../deploy/grafana/reelkeep.json'],
  ['the alerts', '../../deploy/prometheus/rules.yml'],
])('%s', (_, path) => {
  it('ask for no metric that there is not', () => {
    const names = metricNamesIn(readFileSync(new URL(path, import.meta.url), 'utf8'));

    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !documented.some((metric) => metric.name === name))).toEqual([]);
  });
});
