import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Waiting } from '../../../src/actors/keeper/waiting.js';
import { ReelkeepError } from '../../../src/domain/errors.js';

describe('a keeper that waits for its master', () => {
  it('says each reason once, and again when it had got through in between', async () => {
    const { said, waiting } = start();

    await expect(waiting.told(refused('nobody listens'))).rejects.toThrow('nobody listens');
    await expect(waiting.told(refused('nobody listens'))).rejects.toThrow('nobody listens');
    await expect(waiting.told(refused('another cluster'))).rejects.toThrow('another cluster');
    expect(await waiting.told(Promise.resolve('registered'))).toBe('registered');
    await expect(waiting.told(refused('another cluster'))).rejects.toThrow('another cluster');

    expect(said()).toEqual([
      ['warn', 'waiting for the master: nobody listens'],
      ['debug', 'waiting for the master: nobody listens'],
      ['warn', 'waiting for the master: another cluster'],
      ['warn', 'waiting for the master: another cluster'],
    ]);
  });
});

const refused = (detail: string): Promise<never> =>
  Promise.reject(new ReelkeepError('unavailable', detail));

function start() {
  const lines: string[] = [];
  const write = (line: string): number => lines.push(line);
  const options = { level: 'debug', formatters: { level: (level: string) => ({ level }) } };
  const said = () => lines.map((line) => JSON.parse(line)).map(({ level, msg }) => [level, msg]);
  return { said, waiting: new Waiting(pino(options, { write })) };
}
