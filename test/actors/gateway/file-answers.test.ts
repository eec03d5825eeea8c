import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import type { Cluster, FileReader } from '../../../src/actors/client/cluster.js';
import { fileRoutes } from '../../../src/actors/gateway/file-routes.js';
import { type ErrorCode, ReelkeepError } from '../../../src/domain/errors.js';
import type { FileView } from '../../../src/domain/file-view.js';
import { digest, fileId, wallMs } from '../../../src/domain/ids.js';
import { startApp, type TestedApp } from './an-app.js';

const size = 1_000_000;
const file: FileView = {
  name: 'a.mp4',
  fileId: fileId('a'.repeat(32)),
  size,
  digest: digest('b'.repeat(64)),
  createdAt: wallMs(Date.UTC(2026, 0, 2, 3, 4, 5, 678)),
  target: 3,
  replicas: [],
  mp4: { kind: 'not mp4' },
};

describe('the answer with a file', () => {
  it.each([
    ['integrity', 502],
    ['unavailable', 503],
    ['not-found', 404],
  ] as const)(
    'whose first bytes fail as %s is status %i, without a header of the file',
    async (code, status) => {
      const app = await aFileThat(() => failing(code));

      const response = await fetch(`${app.origin}/files/a.mp4?download`);

      expect(response.status).toBe(status);
      expect(await response.json()).toEqual({ error: { code, message: `it is ${code}` } });
      for (const header of ['etag', 'accept-ranges', 'content-range', 'content-disposition'])
        expect([header, response.headers.get(header)]).toEqual([header, null]);
    },
  );

  it('S3: breaks off when later bytes fail, and does not look whole', async () => {
    const app = await aFileThat(async function* () {
      yield Buffer.alloc(1000, 'x');
      yield* failing('integrity');
    });

    const response = await fetch(`${app.origin}/files/a.mp4`);

    expect([response.status, response.headers.get('content-length')]).toEqual([200, `${size}`]);
    await expect(response.arrayBuffer()).rejects.toThrow();
  });

  it('asks for no more bytes than are taken, and for none once the viewer has gone', async () => {
    let given = 0;
    let over: AbortSignal | undefined;
    let ended = false;
    const app = await aFileThat(
      async function* (_from, _to, signal) {
        over = signal;
        try {
          for (;;) {
            given += 1;
            yield Buffer.alloc(64 * 1024);
          }
        } finally {
          ended = true;
        }
      },
      64 * 1024 ** 3,
    );
    const viewer = connect(app.port, '127.0.0.1');
    viewer.write(`GET /files/a.mp4 HTTP/1.1\r\nHost: localhost:${app.port}\r\n\r\n`);
    await once(viewer, 'readable');
    await untilStill(() => given);
    const heldUp = given;

    viewer.destroy();

    await vi.waitFor(() => expect([over?.aborted, ended]).toEqual([true, true]));
    expect(heldUp).toBeLessThan(1_000);
    expect(given - heldUp).toBeLessThanOrEqual(1);
  });

  it('whose first bytes nobody waits for any more is not read', async () => {
    let over: AbortSignal | undefined;
    const app = await aFileThat((_from, _to, signal) => {
      over = signal;
      return untilAborted(signal);
    });
    const viewer = connect(app.port, '127.0.0.1');
    viewer.write(`GET /files/a.mp4 HTTP/1.1\r\nHost: localhost:${app.port}\r\n\r\n`);
    await vi.waitFor(() => expect(over?.aborted).toBe(false));

    viewer.destroy();

    await vi.waitFor(() => expect(over?.aborted).toBe(true));
  });

  it('dates a file of a clock that was ahead by the time of the answer', async () => {
    const ahead = { ...file, createdAt: wallMs(Date.now() + 3_600_000) };
    const cluster = { stat: async () => ahead } as unknown as Cluster;
    const { origin } = await startApp([fileRoutes], { cluster });

    const { headers } = await fetch(`${origin}/files/a.mp4`, { method: 'HEAD' });

    const modified = Date.parse(headers.get('last-modified') ?? '');
    expect(modified).toBeLessThanOrEqual(Date.parse(headers.get('date') ?? ''));
  });
});

function aFileThat(read: FileReader['read'], bytes = size): Promise<TestedApp> {
  const reader: FileReader = { file: { ...file, size: bytes }, read };
  const cluster = { open: async () => reader } as unknown as Cluster;
  return startApp([fileRoutes], { cluster });
}

// biome-ignore lint/correctness/useYield: it fails before it has anything to give
async function* failing(code: ErrorCode): AsyncGenerator<Buffer, void, undefined> {
  throw new ReelkeepError(code, `it is ${code}`);
}

// biome-ignore lint/correctness/useYield: it never has anything to give
async function* untilAborted(signal: AbortSignal): AsyncGenerator<Buffer, void, undefined> {
  await once(signal, 'abort');
  throw signal.reason;
}

/** The value has not changed while the loop went round a good many times. */
async function untilStill(value: () => number): Promise<void> {
  let last = -1;
  for (let same = 0; same < 500; last = value()) {
    await new Promise(setImmediate);
    same = value() === last ? same + 1 : 0;
  }
}
