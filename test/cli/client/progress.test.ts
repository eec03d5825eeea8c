import { describe, expect, it } from 'vitest';
import { barLine, plainLine } from '../../../src/cli/client/progress-line.js';
import { TransferMeter } from '../../../src/cli/client/transfer-meter.js';

const MiB = 1024 * 1024;
const picture = {
  label: 'films/a.mp4',
  bytes: 512 * MiB,
  size: 1024 * MiB,
  rate: 128 * MiB,
  replicas: 2,
  target: 3,
};

describe('progress', () => {
  it('is a bar with bytes, rate, time left and replicas', () => {
    expect(barLine(picture, 120)).toBe(
      'films/a.mp4 [############............] 512.0 MiB / 1.0 GiB  128.0 MiB/s  0:04 left  replicas 2/3',
    );
  });

  it('keeps to the width of the terminal, giving up the name first and then the bar', () => {
    for (const columns of [100, 90, 70, 40, 10, 1])
      expect([...barLine(picture, columns)].length).toBeLessThan(columns);
    expect(barLine({ ...picture, label: 'a/long/way/to/films/a.mp4' }, 98)).toContain(
      '…films/a.mp4',
    );
  });

  it('is a plain line where there is no terminal', () => {
    expect(plainLine(picture)).toBe(
      'films/a.mp4: 50 %, 512.0 MiB / 1.0 GiB  128.0 MiB/s  0:04 left  replicas 2/3',
    );
  });

  it('says so when nothing moves', () => {
    expect(plainLine({ ...picture, rate: 0 })).toContain('stalled');
  });
});

describe('transfer meter', () => {
  it('measures the rate over the last seconds', () => {
    const meter = new TransferMeter(1);
    meter.report('a', { bytes: 0, size: 100 });
    meter.picture(0);
    meter.report('a', { bytes: 10, size: 100 });
    meter.picture(1000);
    meter.report('a', { bytes: 40, size: 100 });

    expect(meter.picture(2000)).toEqual({ label: 'a', bytes: 40, size: 100, rate: 20 });
  });

  it('measures anew when a transfer begins anew', () => {
    const meter = new TransferMeter(1);
    meter.report('a', { bytes: 90, size: 100 });
    meter.picture(0);
    meter.report('a', { bytes: 10, size: 100 });

    expect(meter.picture(1000)).toMatchObject({ bytes: 10, rate: 0 });
  });

  it('adds up several files', () => {
    const meter = new TransferMeter(2);
    meter.report('a', { bytes: 100, size: 100 });
    meter.finish();
    meter.report('b', { bytes: 50, size: 200 });

    expect(meter.picture(0)).toEqual({ label: '1 of 2 files', bytes: 150, size: 300, rate: 0 });
  });
});
