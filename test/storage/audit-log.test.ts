import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AuditEntry, AuditLog, type AuditOptions } from '../../src/storage/audit-log.js';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'reelkeep-audit-'));
});

afterEach(() => rm(directory, { recursive: true }));

describe('the audit log', () => {
  it('has a line for each entry, in order, and goes on where it was', async () => {
    const first = await open();
    first.note(anEntry('a'));
    first.note(anEntry('b'));
    await first.close();
    const second = await open();
    second.note(anEntry('c'));
    await second.close();

    const lines = await read();

    expect(lines.map(({ about }) => about)).toEqual([{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
    expect(lines[0]).toEqual({ at: expect.stringMatching(/^\d{4}-.*Z$/), ...anEntry('a') });
  });

  it('S21: keeps a hostile name within its line', async () => {
    const hostile = 'a\n{"outcome":"allowed"}\u2028\u001b[31m"';
    const log = await open();
    log.note(anEntry(hostile));
    await log.close();

    expect(await read()).toMatchObject([{ about: { name: hostile } }]);
    expect(await readFile(join(directory, 'audit.jsonl'), 'utf8')).not.toContain('\u001b');
  });

  it('S47: is cut into files, of which the oldest go', async () => {
    for (let round = 0; round < 6; round += 1) {
      const log = await open({ fileBytesMax: 10, filesKept: 3 });
      log.note(anEntry(`${round}`));
      await log.close();
    }

    const names = (await readdir(directory)).sort();
    const kept = await Promise.all(names.map((name) => read(name)));

    expect(names).toHaveLength(3);
    expect(kept.flat().map(({ about }) => about)).toEqual([{ name: '4' }, { name: '5' }]);
  });

  it('keeps the newest files though the clock went back', async () => {
    await writeFile(join(directory, 'audit-29990101T000000.000Z.jsonl'), '');
    for (const name of ['a', 'b', 'c']) {
      const log = await open({ fileBytesMax: 10, filesKept: 3 });
      log.note(anEntry(name));
      await log.close();
    }

    const names = (await readdir(directory)).sort();
    const kept = await Promise.all(names.map((name) => read(name)));

    expect(kept.flat().map(({ about }) => about)).toEqual([{ name: 'b' }, { name: 'c' }]);
  });

  it('begins a new line after one that was cut short', async () => {
    await writeFile(join(directory, 'audit.jsonl'), '{"at":"2026-0');
    const log = await open();
    log.note(anEntry('a'));
    await log.close();

    const [torn, whole] = (await readFile(join(directory, 'audit.jsonl'), 'utf8')).split('\n');

    expect(torn).toBe('{"at":"2026-0');
    expect(JSON.parse(whole ?? '')).toMatchObject({ about: { name: 'a' } });
  });

  it('S50: tells once that lines were lost, counts them, and goes on when it can', async () => {
    const below = join(directory, 'below');
    const failures: unknown[] = [];
    const log = await AuditLog.open({
      directory: below,
      fileBytesMax: 10,
      filesKept: 3,
      onFailure: (error) => failures.push(error),
    });
    await rm(below, { recursive: true });
    for (const name of ['a', 'b', 'c']) {
      log.note(anEntry(name));
      await log.flush();
    }
    await mkdir(below);
    log.note(anEntry('d'));
    await log.flush();
    await log.close();

    const files = (await readdir(below)).filter((name) => name !== 'audit.jsonl');
    const lines = await read(join('below', files[0] ?? ''));
    expect(failures).toHaveLength(1);
    expect(lines).toMatchObject([{ about: { name: 'd' } }, { what: 'lines were lost', lost: 3 }]);
  });

  it('S47: cuts a text that is long, and counts refusals that flood it', async () => {
    const log = await open();
    log.note(anEntry('x'.repeat(100_000)));
    for (let count = 0; count < 150; count += 1) log.note(anEntry('y'));
    log.note({ ...anEntry('z'), outcome: 'allowed' });
    await log.close();

    const lines = await read();

    expect(lines[0]).toMatchObject({ about: { name: 'x'.repeat(1_200) } });
    expect(lines).toContainEqual(expect.objectContaining({ about: { name: 'z' } }));
    expect(lines.at(-1)).toMatchObject({ what: 'lines were lost', lost: expect.any(Number) });
    expect(lines.length).toBeLessThan(210);
  });

  it('S47: counts what nobody would read', async () => {
    const log = await open({ linesWaitingMax: 2 });
    for (const name of ['a', 'b', 'c', 'd']) log.note(anEntry(name));
    await log.close();

    const lines = await read();

    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatchObject({ what: 'lines were lost', lost: 2 });
  });

  it('is for its owner alone', async () => {
    const log = await open({ directory: join(directory, 'below') });
    await log.close();

    const modes = await Promise.all(
      ['below', 'below/audit.jsonl'].map(async (path) => (await stat(join(directory, path))).mode),
    );

    expect(modes.map((mode) => mode & 0o777)).toEqual([0o700, 0o600]);
  });
});

const open = (options: Partial<AuditOptions> = {}): Promise<AuditLog> =>
  AuditLog.open({ directory, onFailure: (error) => expect.unreachable(String(error)), ...options });

const anEntry = (name: string): AuditEntry => ({
  who: { role: 'client', name: 'me' },
  what: 'Remove',
  about: { name },
  outcome: 'refused',
  why: 'it may not',
});

async function read(name = 'audit.jsonl'): Promise<readonly Record<string, unknown>[]> {
  const text = await readFile(join(directory, name), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
