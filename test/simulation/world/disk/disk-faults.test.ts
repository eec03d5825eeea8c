import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskRun } from './a-disk-run.js';
import * as fs from './fs-promises.js';

let run: DiskRun;
beforeEach(() => {
  run = new DiskRun();
});
afterEach(() => run.end());

describe('a rule', () => {
  it('lets so many calls pass, fails so many, and is gone', async () => {
    run.disk.faults.fail({ call: 'mkdir', path: '/d', code: 'EIO', skip: 1, times: 2 });

    const codes = [];
    for (const path of ['/d1', '/x', '/d2', '/d3', '/d4'])
      codes.push(await run.run(() => fs.mkdir(path).then(() => 'made', codeOf)));

    expect(codes).toEqual(['made', 'made', 'EIO', 'EIO', 'made']);
    expect(run.disk.list('/')).toEqual(['d1', 'd4', 'x']);
  });

  it('makes errors as Node does', async () => {
    run.disk.faults.fail({ call: 'rename', path: (path) => path === '/b', code: 'EIO' });

    const error = await run.run(() => fs.rename('/a', '/b').catch((thrown: unknown) => thrown));

    expect(error).toMatchObject({
      message: "EIO: i/o error, rename '/a' -> '/b'",
      errno: -5,
      code: 'EIO',
      syscall: 'rename',
      path: '/a',
      dest: '/b',
    });
  });

  it('can fail what happens all the same', async () => {
    run.disk.faults.fail({ call: 'mkdir', code: 'EIO', happens: true, times: 1 });

    expect(await run.run(() => fs.mkdir('/d').catch(codeOf))).toBe('EIO');

    expect(run.disk.list('/')).toEqual(['d']);
  });
});

describe('a sync that fails', () => {
  it.each(['new', 'old'] as const)(
    'loses the data, and the next one is content (%s)',
    async (readsBack) => {
      run.disk.replaceBytes('/a', Buffer.from('old'));
      run.disk.faults.fail({ call: 'sync', code: 'EIO', times: 1, readsBack });
      const handle = await run.run(() => fs.open('/a', 'r+'));
      await run.run(() => handle.write('new', 0));

      expect(await run.run(() => handle.sync().catch(codeOf))).toBe('EIO');
      await run.run(() => handle.sync());

      expect(String(run.disk.written('/a'))).toBe(readsBack);
      run.powerCut();
      expect(String(run.disk.written('/a'))).toBe('old');
    },
  );

  it('loses the names of a directory until the same name is synced again', async () => {
    run.disk.faults.fail({ call: 'sync', path: '/', code: 'EIO', times: 1 });
    await run.run(() => fs.mkdir('/d'));
    await run.run(() => fs.mkdir('/e'));
    expect(await run.run(() => syncRoot().catch(codeOf))).toBe('EIO');
    await run.run(() => fs.rename('/e', '/f'));
    await run.run(() => syncRoot());

    run.powerCut();

    expect(run.disk.list('/')).toEqual(['f']);
  });
});

describe('a disk that is stuck', () => {
  it('answers when it is not any more', async () => {
    run.disk.faults.stuck = true;
    const outcome = run.begin(() => fs.mkdir('/d'));
    await run.kernel.run(run.kernel.nowMs + 10_000);
    expect([outcome.settled, run.disk.list('/')]).toEqual([undefined, []]);

    run.disk.faults.stuck = false;
    await run.kernel.run(run.kernel.nowMs + 10);

    expect(outcome.settled).toBeDefined();
    expect(run.disk.list('/')).toEqual(['d']);
  });

  it('forgets whoever ended meanwhile', async () => {
    run.disk.faults.stuck = true;
    run.begin(() => fs.mkdir('/d'));
    await run.kernel.run(run.kernel.nowMs + 100);
    run.kill();

    run.disk.faults.stuck = false;
    await run.kernel.run(run.kernel.nowMs + 100);

    expect(run.disk.list('/')).toEqual([]);
  });
});

describe('a disk', () => {
  it('takes as much longer as it is slow', async () => {
    const before = run.kernel.nowMs;
    run.disk.faults.slowness = 100_000;

    await run.run(() => fs.mkdir('/d'));

    expect(run.kernel.nowMs - before).toBeGreaterThan(1000);
  });

  it('has no room while it is full, but for what is there already', async () => {
    run.disk.replaceBytes('/a', Buffer.from('old'));
    run.disk.faults.full = true;
    const handle = await run.run(() => fs.open('/a', 'r+'));

    expect(await run.run(() => handle.write('newer', 0))).toMatchObject({ bytesWritten: 3 });
    expect(await run.run(() => handle.write('er', 3).catch(codeOf))).toBe('ENOSPC');
    expect(await run.run(() => fs.statfs('/'))).toMatchObject({ bavail: 0, blocks: 1_000_000 });
  });

  it('is nowhere while it is unmounted', async () => {
    const handle = await run.run(() => fs.open('/a', 'w'));
    run.disk.faults.unmounted = true;

    expect(await run.run(() => fs.lstat('/a').catch(codeOf))).toBe('ENOENT');
    expect(await run.run(() => handle.stat().catch(codeOf))).toBe('EIO');
    await run.run(() => handle.close());
    run.disk.faults.clear();
    expect(await run.run(() => fs.readdir('/'))).toEqual(['a']);
  });

  it('may read and write less than it was asked to', async () => {
    run.disk.faults.shortProbability = 0.7;
    const handle = await run.run(() => fs.open('/a', 'w'));
    const { bytesWritten } = await run.run(() => handle.write(Buffer.alloc(100), 0, 100, 0));
    await run.run(() => handle.writeFile('x'.repeat(1000)));

    expect(bytesWritten).toBeGreaterThan(0);
    expect(String(run.disk.written('/a')?.subarray(0, 1000))).toBe('x'.repeat(1000));
  });
});

const codeOf = (error: NodeJS.ErrnoException) => error.code;

async function syncRoot(): Promise<void> {
  const handle = await fs.open('/', 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
