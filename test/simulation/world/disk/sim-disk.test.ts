import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Chance } from '../chance.js';
import { DiskRun } from './a-disk-run.js';
import * as sync from './fs.js';
import { tryLock } from './fs-native-extensions.js';
import * as fs from './fs-promises.js';
import { SimDisk } from './sim-disk.js';

let run: DiskRun;
beforeEach(() => {
  run = new DiskRun({ capacityBytes: 1000 });
});
afterEach(() => run.end());

describe('what is durable', () => {
  it('is a file whose bytes and name were synced, each by its own sync', async () => {
    const { disk } = run;
    const handle = await run.run(() => fs.open('/a', 'w'));
    await run.run(() => handle.writeFile('text'));
    await run.run(() => handle.sync());
    expect(disk.durable('/a')).toBeUndefined();

    await run.run(() => syncPath('/'));

    expect(disk.durable('/a')).toEqual(Buffer.from('text'));
  });

  it('is not a name that is being removed', async () => {
    await run.run(() => keep('/a', 'text'));
    expect(run.disk.listDurable('/')).toEqual(['a']);

    await run.run(() => fs.unlink('/a'));

    expect(run.disk.durable('/a')).toBeUndefined();
    expect(run.disk.listDurable('/')).toEqual([]);
  });

  it('comes back after a power cut with nothing else, when nothing else reached the disk', async () => {
    await run.run(() => keep('/a', 'text'));
    const found = new Set<string>();

    for (let seed = 0; seed < 60; seed += 1) {
      await run.run(() => overwrite('/a', 'TEXT'));
      run.disk.powerCut(new Chance(seed));
      found.add(String(run.disk.written('/a')));
      run.disk.replaceBytes('/a', Buffer.from('text'));
    }

    expect(found).toContain('text');
    expect(found).toContain('TEXT');
    expect(found.size).toBeGreaterThan(3);
  });
});

describe('a process that ends', () => {
  it('leaves what it wrote, and its handles and locks fall', async () => {
    const handle = await run.run(() => fs.open('/a', 'w'));
    await run.run(() => handle.writeFile('text'));
    expect(await run.run(async () => tryLock(handle.fd))).toBe(true);
    const other = run.another();
    const theirs = await run.run(() => fs.open('/a', 'r+'), other);
    expect(await run.run(async () => tryLock(theirs.fd), other)).toBe(false);

    run.kill();

    expect(await run.run(async () => tryLock(theirs.fd), other)).toBe(true);
    expect(run.disk.openHandles()).toBe(1);
    expect(String(run.disk.written('/a'))).toBe('text');
  });

  it('has done what it asked for, or not, but never anything later', async () => {
    const found = new Set<boolean>();
    for (let attempt = 0; attempt < 30; attempt += 1) {
      const outcome = run.begin(() => fs.mkdir(`/d${attempt}`));
      await run.kernel.run(run.kernel.nowMs + 0.1);
      run.kill();
      const wasDone = run.disk.list('/').includes(`d${attempt}`);
      await run.kernel.run(run.kernel.nowMs + 100);

      expect(run.disk.list('/').includes(`d${attempt}`)).toBe(wasDone);
      found.add(wasDone && outcome.settled === undefined);
    }

    expect(found.size).toBe(2);
  });
});

describe('a handle', () => {
  it('closes after the calls under way, and knows no descriptor then', async () => {
    const handle = await run.run(() => fs.open('/a', 'w+'));

    await run.run(() => Promise.all([handle.writeFile('text'), handle.close()]));

    expect(handle.fd).toBe(-1);
    await expect(run.run(() => handle.stat())).rejects.toThrow('file closed');
    await expect(run.run(() => handle.close())).resolves.toBeUndefined();
    expect(run.disk.openHandles(run.process)).toBe(0);
  });

  it('is a trap in what it cannot do', async () => {
    const handle = await run.run(() => fs.open('/a', 'w+'));

    expect(() => (handle as unknown as { readv(): void }).readv()).toThrow('FileHandle.readv');
  });

  it('serves the synchronous calls by its descriptor, of the same process alone', async () => {
    const handle = await run.run(() => fs.open('/a', 'w+'));
    const use = async (): Promise<string> => {
      const into = Buffer.alloc(8);
      expect(sync.writeSync(handle.fd, Buffer.from('abcdef'), 1, 3, 2)).toBe(3);
      expect(sync.readSync(handle.fd, into, 0, 8, 0)).toBe(5);
      await promisify(sync.fsync)(handle.fd);
      return into.toString('latin1', 0, sync.fstatSync(handle.fd).size);
    };

    expect(await run.run(use)).toBe('\0\0bcd');
    await expect(run.run(use, run.another())).rejects.toMatchObject({
      code: 'EBADF',
      syscall: 'write',
    });
  });
});

describe('room', () => {
  it('is what was written, and is given back with the last name and handle', async () => {
    const handle = await run.run(() => fs.open('/a', 'w'));
    await run.run(() => handle.write(Buffer.alloc(100), 0, 100, 500));
    await run.run(() => handle.truncate(900));
    expect((await run.run(() => fs.statfs('/'))).bavail).toBe(900);

    await run.run(() => fs.unlink('/a'));
    expect(run.disk.usedBytes).toBe(100);
    await run.run(() => handle.close());

    expect(run.disk.usedBytes).toBe(0);
  });

  it('is filled to the last byte before there is none', async () => {
    const handle = await run.run(() => fs.open('/a', 'w'));

    const { bytesWritten } = await run.run(() => handle.write(Buffer.alloc(1500), 0, 1500, 0));

    expect(bytesWritten).toBe(1000);
    await expect(run.run(() => handle.write('x', 1000))).rejects.toMatchObject({
      message: 'ENOSPC: no space left on device, write',
      code: 'ENOSPC',
    });
    expect(await run.run(() => handle.write('x', 5))).toMatchObject({ bytesWritten: 1 });
  });
});

describe('damage', () => {
  it('is on both planes', async () => {
    const { disk } = run;
    disk.replaceBytes('/data/a', Buffer.from('aaaa'));
    disk.replaceBytes('/data/b', Buffer.from('bbbb'));

    disk.flipBit('/data/a', 1, 0);
    disk.truncate('/data/b', 2);
    disk.swap('/data/a', '/data/b');
    disk.replaceBytes('/data/c', Buffer.from('c'));
    disk.lose('/data/c');

    for (const look of ['written', 'durable'] as const) {
      expect(String(disk[look]('/data/a'))).toBe('bb');
      expect(String(disk[look]('/data/b'))).toBe('a`aa');
      expect(disk[look]('/data/c')).toBeUndefined();
    }
  });

  it('brings an older disk back, also on another machine', async () => {
    run.disk.replaceBytes('/data/a', Buffer.from('old'));
    const snapshot = run.disk.snapshot();
    await run.run(() => keep('/data/a', 'new'));
    const other = new SimDisk({ capacityBytes: 1000 });

    run.disk.restore(snapshot);
    other.restore(snapshot);
    other.flipBit('/data/a', 0, 0);

    expect(String(run.disk.durable('/data/a'))).toBe('old');
    expect(String(other.written('/data/a'))).toBe('nld');
    run.disk.wipe();
    expect([run.disk.list('/'), run.disk.usedBytes]).toEqual([[], 0]);
  });
});

it('tells watchers what processes do to names, while they can still look', async () => {
  const told: string[] = [];
  run.disk.replaceBytes('/a', Buffer.from('a'));
  run.disk.replaceBytes('/b', Buffer.from('b'));
  const stop = run.disk.observe({
    onRemoved: (path, how) => told.push(`${path} ${how} ${run.disk.written(path)}`),
    onRenamed: (from, to) => told.push(`${from} to ${to}`),
    onSynced: (path, what) => told.push(`${what} ${path} synced`),
  });

  await run.run(() => fs.rename('/a', '/b'));
  await run.run(() => fs.unlink('/b'));
  await run.run(() => syncPath('/'));
  stop();
  await run.run(() => fs.mkdir('/d'));
  await run.run(() => fs.rm('/d', { recursive: true }));

  expect(told).toEqual(['/b replaced b', '/a to /b', '/b unlinked a', 'directory / synced']);
});

it('is the same again with the same chance', async () => {
  const twice = [];
  for (let time = 0; time < 2; time += 1) {
    run.end();
    run = new DiskRun({ seed: 7 });
    await run.run(() => Promise.all(['/a', '/b', '/c'].map((path) => keep(path, path))));
    await run.run(() => overwrite('/a', 'something else'));
    run.powerCut();
    twice.push([run.kernel.nowMs, run.disk.list('/'), String(run.disk.written('/a'))]);
  }

  expect(twice[0]).toEqual(twice[1]);
});

async function overwrite(path: string, text: string): Promise<void> {
  const handle = await fs.open(path, 'r+');
  for (const [at, letter] of [...text].entries()) await handle.write(letter, at);
  await handle.close();
}

async function keep(path: string, text: string): Promise<void> {
  const handle = await fs.open(path, 'w');
  await handle.writeFile(text);
  await handle.sync();
  await handle.close();
  await syncPath('/');
}

async function syncPath(path: string): Promise<void> {
  const handle = await fs.open(path, sync.constants.O_DIRECTORY);
  await handle.sync();
  await handle.close();
}
