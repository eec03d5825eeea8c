import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Hunter } from './hunter.js';

const program = fileURLToPath(new URL('./fixtures/odd-worker.mjs', import.meta.url));
let directory: string;
let hunter: Hunter;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'reelkeep-hunter-'));
  hunter = new Hunter({ program, notes: join(directory, 'notes.json'), orderMsMax: 1_500 });
});

afterEach(async () => {
  hunter.close();
  await rm(directory, { recursive: true });
});

describe('a process in which decoders are tried', () => {
  it.each([
    ['dies', 'its process ended with code 9'],
    ['hangs', 'its process was ended by SIGKILL'],
  ])(
    'tells the input at which it %s, and is another one for what comes then',
    async (what, why) => {
      const { finding } = await hunter.hunt(orderFor(what));
      const next = await hunter.hunt(orderFor('answers'));

      expect(finding).toMatchObject({ why, input: Buffer.from('beef', 'hex') });
      expect(next).toEqual({ tried: 7, decoded: 3, tookMs: 1 });
    },
  );
});

const orderFor = (decoder: string) => ({ decoder, seed: 1, how: 'hunt' }) as const;
