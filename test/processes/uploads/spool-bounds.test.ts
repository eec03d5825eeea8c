import { readdir, readFile, stat } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SmallDisk } from '../disks/small-disk.js';
import { makeFilm, mebibytes, Rig } from '../rig.js';
import { tell } from '../tell.js';
import { startGatewayProcess } from './gateway-process.js';
import { uploadByTus } from './tus-client.js';

const timeout = 300_000;

describe('a gateway whose disk for uploads is small', () => {
  it('refuses what does not fit before a byte comes, and takes it when there is room', {
    timeout,
  }, async (test) => {
    const disk = await SmallDisk.mount(test, mebibytes(64));
    const rig = await Rig.start({ keepers: 1, masterArgs: ['--replicas', '1'] });
    const { ready } = await startGatewayProcess(rig, { spool: `${disk.path}/spool` });
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(40));
    const order = { port: ready.port, path: film, metadata: { filename: 'film.mp4' } };
    await disk.fillUpTo(mebibytes(30));

    const refused = uploadByTus({ ...order, options: { retryDelays: [] } });
    await expect(refused).rejects.toThrow(/507.*"code":"no-space"/s);
    const spooled = await readdir(`${disk.path}/spool/uploads`);
    await disk.clear();
    const { status } = await uploadByTus(order);

    expect(spooled).toEqual([]);
    expect(status).toBe(204);
  });

  it('keeps what came when something else fills its disk, and goes on when there is room', {
    timeout,
  }, async (test) => {
    const disk = await SmallDisk.mount(test, mebibytes(80));
    const rig = await Rig.start({ keepers: 1, masterArgs: ['--replicas', '1'] });
    const { ready } = await startGatewayProcess(rig, { spool: `${disk.path}/spool` });
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(40));
    let filling: Promise<void> | undefined;
    const answers: number[] = [];
    const offsets: number[] = [];
    let clearing: Promise<void> | undefined;

    const { status } = await uploadByTus({
      port: ready.port,
      path: film,
      metadata: { filename: 'film.mp4' },
      chunkBytes: mebibytes(8),
      options: {
        onBeforeRequest: async (request) => {
          // Between two requests, so that the next one finds it full.
          if (request.getMethod() === 'PATCH' && offsets.length === 2) filling ??= disk.fillUpTo(0);
          await filling;
        },
        onAfterResponse: async (request, response) => {
          answers.push(response.getStatus());
          if (request.getMethod() === 'PATCH' && response.getStatus() === 204)
            offsets.push(Number(response.getHeader('Upload-Offset')));
          if (response.getStatus() === 507) clearing ??= disk.clear();
          await clearing;
        },
      },
    });

    expect(answers).toContain(507);
    expect(status).toBe(204);
    // The offset never went back.
    expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
    expect(new Set(offsets).size).toBe(offsets.length);
    expect(offsets.at(-1)).toBe(mebibytes(40));
    expect(await rig.stat('film.mp4')).toMatchObject({ size: mebibytes(40) });
  });
});

describe('slow uploaders', () => {
  it('cost a bounded buffer each, and get no more places than there are', {
    timeout,
  }, async () => {
    const rig = await Rig.start({ keepers: 0 });
    const gateway = await startGatewayProcess(rig, { args: ['--log-level', 'warn'] });
    const { port } = gateway.ready;
    const before = await memoryOf(gateway.pid);
    const uploads = await Promise.all(
      Array.from({ length: 64 }, (_, index) => begin(port, `slow-${index}.mp4`)),
    );

    // Each sends half of what it says, as fast as it is taken, and then nothing.
    const slow = await Promise.all(uploads.map((path) => sendHalf(port, path)));
    await rig.until('what they sent is on the disk', async () => {
      const sizes = await Promise.all(uploads.map((path) => spooledBytes(rig, path)));
      return sizes.every((size) => size === slowBytes / 2);
    });
    const next = await begin(port, 'next.mp4');
    const turnedAway = await patch(port, next, Buffer.from('abc'));
    const during = await memoryOf(gateway.pid);
    for (const socket of slow) socket.destroy();
    await rig.until('there is a place again', async () => {
      const status = await patch(port, next, Buffer.from('abc'));
      return status === 204;
    });

    const grownMib = (during - before) / mebibytes(1);
    tell(`64 uploads of 8 MiB, half sent: ${grownMib.toFixed(0)} MiB of memory`);
    expect(turnedAway).toBe(503);
    expect(grownMib).toBeLessThan(160);
  });
});

const slowBytes = mebibytes(8);

async function begin(port: number, name: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/uploads`, {
    method: 'POST',
    headers: {
      'Tus-Resumable': '1.0.0',
      'Upload-Length': String(slowBytes),
      'Upload-Metadata': `filename ${Buffer.from(name).toString('base64')}`,
    },
  });
  const path = response.headers.get('location');
  if (path === null) throw new Error(`${response.status}: ${await response.text()}`);
  return path;
}

/** Resolves when the other side has taken it. */
async function sendHalf(port: number, path: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined);
  const head = [
    `PATCH ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Tus-Resumable: 1.0.0',
    'Upload-Offset: 0',
    'Content-Type: application/offset+octet-stream',
    `Content-Length: ${slowBytes}`,
  ].join('\r\n');
  await new Promise<void>((resolve) => socket.write(`${head}\r\n\r\n`, () => resolve()));
  await new Promise<void>((resolve) => socket.write(Buffer.alloc(slowBytes / 2), () => resolve()));
  return socket;
}

async function patch(port: number, path: string, body: Buffer): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'PATCH',
    headers: {
      'Tus-Resumable': '1.0.0',
      'Upload-Offset': '0',
      'Content-Type': 'application/offset+octet-stream',
    },
    body: new Uint8Array(body),
  });
  await response.text();
  return response.status;
}

const spooledBytes = async (rig: Rig, path: string): Promise<number> =>
  (await stat(rig.path('spool', `${path}.part`))).size;

/** Resident, in bytes. */
async function memoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
