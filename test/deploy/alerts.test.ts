import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { promtool, promtoolIsMissing } from '../processes/scrape.js';
import { skipWithout } from '../processes/tell.js';

const pathOf = (name: string): string =>
  fileURLToPath(new URL(`../../deploy/prometheus/${name}`, import.meta.url));

const rules = readFileSync(pathOf('rules.yml'), 'utf8');
const cases = readFileSync(pathOf('rules.test.yml'), 'utf8');
const alerts = rules
  .split(/^ {6}- alert: /m)
  .slice(1)
  .map((text) => ({ name: text.slice(0, text.indexOf('\n')), text }));

describe('the alerts', () => {
  it.for([
    [['check', 'rules', pathOf('rules.yml')]],
    [['check', 'config', '--syntax-only', pathOf('prometheus.yml')]],
    [['test', 'rules', pathOf('rules.test.yml')]],
  ])('are good for promtool: %s', ([args = []], { skip }) => {
    skipWithout(promtoolIsMissing(), skip);

    expect(promtool(args)).toBe('');
  });

  it.each(alerts)('come when they should: $name', ({ name }) => {
    expect(cases).toContain(`alertname="${name}"`);
  });

  it.each(alerts)('say how much it matters, and what to do: $name', ({ text }) => {
    expect(text).toMatch(/severity: (critical|warning|info)\n/);
    expect(text).toMatch(/summary: \S/);
    expect(text).toMatch(/description: (>-\n\s+)?\S/);
  });
});
