import { describe, expect, it } from 'vitest';
import type { Measurement } from './measurement.js';
import { jsonText, lineText, tableText } from './report.js';
import { quickScale } from './stage.js';

const measured: Measurement = {
  name: 'put-large',
  what: 'a film',
  unit: 'x',
  values: [2, 1.5, 1.8],
  goal: { better: 'lower', toBeat: 1.45 },
  seconds: [4, 3, 3.6],
  baseline: { what: 'cp', seconds: [2, 2, 2] },
  cpuSeconds: {
    client: [1, 1, 1],
    master: [0.5, 0.5, 0.5],
    'keeper-1': [2, 2, 2],
    'keeper-2': [2, 2, 2],
  },
};
const skipped = { name: 'links', skipped: 'network namespaces need root' };

describe('the performance report', () => {
  it('tells a figure in a line as soon as it is taken', () => {
    expect(lineText(measured)).toBe('put-large: 1.80 x (1.50 to 2.00, to beat 1.45)');
    expect(lineText(skipped)).toBe('links: skipped: network namespaces need root');
  });

  it('adds the keepers up in its table', () => {
    expect(tableText([measured])).toContain('5.50 (client 1.00, master 0.50, keepers 4.00)');
  });

  it('has every round in its JSON, and the median', () => {
    expect(JSON.parse(jsonText(quickScale, [measured, skipped]))).toMatchObject({
      scale: quickScale,
      results: [{ ...measured, median: 1.8, spread: [1.5, 2] }, skipped],
    });
  });
});
