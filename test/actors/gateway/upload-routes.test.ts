import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { PutRequest } from '../../../src/actors/client/cluster.js';
import { type ErrorCode, ReelkeepError } from '../../../src/domain/errors.js';
import type { FileView } from '../../../src/domain/file-view.js';
import { aFileView } from './a-spool.js';
import { bytesAt, metadataOf, startUploads } from './an-upload.js';

describe('an upload by the tus protocol', () => {
  it('is stored under its name when its last byte has come, and its tag told', async () => {
    const gateway = await startUploads();
    const texts: string[] = [];
    gateway.put = async ({ path }) => {
      texts.push(await readFile(path, 'utf8'));
      return aFileView;
    };

    const path = await gateway.create(6, {
      filename: 'films/é.mp4',
      target: '2',
      acks: '1',
      filetype: 'video/mp4',
    });
    const first = await gateway.tus('PATCH', path, bytesAt(0, 'abc'));
    const last = await gateway.tus('PATCH', path, bytesAt(3, 'def'));
    const head = await gateway.tus('HEAD', path);

    expect(path).toMatch(/^\/uploads\/[0-9a-f]{32}$/);
    expect([first.status, first.headers['upload-offset']]).toEqual([204, '3']);
    expect([last.status, last.headers['upload-offset'], last.headers['etag']]).toEqual([
      204,
      '6',
      `"${aFileView.digest}"`,
    ]);
    expect(gateway.puts).toEqual([
      expect.objectContaining({ name: 'films/é.mp4', target: 2, acks: 1, replace: false }),
    ]);
    expect(texts).toEqual(['abcdef']);
    expect(head).toMatchObject({
      status: 200,
      headers: { 'upload-offset': '6', 'upload-length': '6', etag: `"${aFileView.digest}"` },
    });
  });

  it('says what it can do, to nobody else’s pages', async () => {
    const gateway = await startUploads();

    const { status, headers } = await gateway.tus('OPTIONS', '/uploads', {
      headers: { Origin: 'https://elsewhere.example' },
    });

    expect(status).toBe(204);
    expect(headers).toMatchObject({
      'tus-version': '1.0.0',
      'tus-extension': 'creation,creation-with-upload,termination,expiration',
      'tus-max-size': String(1024 ** 3),
      'x-content-type-options': 'nosniff',
    });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('may bring its bytes when it is created', async () => {
    const gateway = await startUploads();

    const { status, headers } = await gateway.tus('POST', '/uploads', {
      headers: {
        'Upload-Length': '3',
        'Upload-Metadata': metadataOf({ filename: 'a.mp4' }),
        'Content-Type': 'application/offset+octet-stream',
      },
      body: 'abc',
    });

    expect([status, headers['upload-offset'], headers['etag']]).toEqual([
      201,
      '3',
      `"${aFileView.digest}"`,
    ]);
    expect(gateway.puts).toHaveLength(1);
  });

  it('says when it is forgotten, and is gone when it is ended', async () => {
    const gateway = await startUploads();
    const path = await gateway.create(6);

    const patch = await gateway.tus('PATCH', path, bytesAt(0, 'abc'));
    const ended = await gateway.tus('DELETE', path);
    const after = await gateway.tus('HEAD', path);

    const inHours = (Date.parse(patch.headers['upload-expires'] ?? '') - Date.now()) / 3_600_000;
    expect(Math.round(inHours)).toBe(24);
    expect([ended.status, after.status]).toEqual([204, 404]);
    expect(gateway.spool.promisedBytes).toBe(0);
  });

  it('is refused bytes at another offset, and other kinds of bytes', async () => {
    const gateway = await startUploads();
    const path = await gateway.create(6);

    const ahead = await gateway.tus('PATCH', path, bytesAt(3, 'def'));
    const tooMany = await gateway.tus('PATCH', path, bytesAt(0, 'abcdefg'));
    const json = await gateway.tus('PATCH', path, {
      headers: { 'Upload-Offset': '0', 'Content-Type': 'application/json' },
      body: '{}',
    });
    const negative = await gateway.tus('PATCH', path, bytesAt(-1, 'a'));
    const head = await gateway.tus('HEAD', path);

    expect([ahead.status, tooMany.status, json.status, negative.status]).toEqual([
      409, 413, 400, 400,
    ]);
    expect(head.headers['upload-offset']).toBe('0');
  });
});

describe('an upload that is whole but not stored', () => {
  it.each<[ErrorCode, number]>([
    ['unavailable', 503],
    ['no-space', 507],
    ['conflict', 409],
    ['not-allowed', 403],
    ['unknown-outcome', 504],
  ])('may be tried again by its last byte after %s, which is told as %i', async (code, status) => {
    const gateway = await startUploads();
    gateway.put = failing(code);
    const path = await gateway.create(6);

    const refused = await gateway.tus('PATCH', path, bytesAt(0, 'abcdef'));
    const head = await gateway.tus('HEAD', path);
    gateway.put = async () => aFileView;
    const again = await gateway.tus('PATCH', path, bytesAt(5, 'f'));

    expect(refused.status).toBe(status);
    expect(JSON.parse(refused.body)).toEqual({ error: { code, message: 'for a reason' } });
    expect(head.headers['upload-offset']).toBe('5');
    expect([again.status, again.headers['upload-offset']]).toEqual([204, '6']);
    expect(new Set(gateway.puts.map(({ uploadId }) => uploadId)).size).toBe(1);
  });

  it('says for good that it is no film', async () => {
    const gateway = await startUploads();
    gateway.put = failing('refused-input');
    const path = await gateway.create(6);

    const refused = await gateway.tus('PATCH', path, bytesAt(0, 'abcdef'));
    const head = await gateway.tus('HEAD', path);
    const again = await gateway.tus('PATCH', path, bytesAt(5, 'f'));

    expect([refused.status, head.status, again.status]).toEqual([422, 410, 422]);
    expect(gateway.puts).toHaveLength(1);
    expect(gateway.spool.promisedBytes).toBe(0);
  });

  it('lets those wait who ask of it, and tells them what came of it', async () => {
    const gateway = await startUploads();
    let acknowledge = (_: FileView): void => undefined;
    const begun = new Promise<void>((resolve) => {
      gateway.put = () => {
        resolve();
        return new Promise((ack) => {
          acknowledge = ack;
        });
      };
    });
    const path = await gateway.create(6);

    const last = gateway.tus('PATCH', path, bytesAt(0, 'abcdef'));
    await begun;
    const asked = gateway.tus('HEAD', path);
    let isTold = false;
    void asked.then(() => {
      isTold = true;
    });
    // Another question that has its answer: the one before has had its time.
    await gateway.tus('HEAD', await gateway.create(1, { filename: 'b.mp4' }));
    const wasTold = isTold;
    acknowledge(aFileView);

    expect(wasTold).toBe(false);
    expect((await asked).headers['upload-offset']).toBe('6');
    expect((await last).status).toBe(204);
    expect(gateway.puts).toHaveLength(1);
  });

  it('is stored though who sent it has gone', async () => {
    const gateway = await startUploads();
    let acknowledge = (_: FileView): void => undefined;
    const begun = new Promise<PutRequest>((resolve) => {
      gateway.put = (put) => {
        resolve(put);
        return new Promise((ack) => {
          acknowledge = ack;
        });
      };
    });
    const path = await gateway.create(6);
    const leaving = httpRequest({
      port: gateway.port,
      method: 'PATCH',
      path,
      headers: { 'Tus-Resumable': '1.0.0', ...bytesAt(0, '').headers },
      agent: false,
    });
    leaving.on('error', () => undefined);
    leaving.end('abcdef');
    await begun;

    leaving.destroy();
    await new Promise((resolve) => leaving.on('close', resolve));
    acknowledge(aFileView);
    const head = await gateway.tus('HEAD', path);

    expect(head.headers['upload-offset']).toBe('6');
  });
});

describe('two requests of one upload', () => {
  it('are not at it together: the later one has the earlier one make room', async () => {
    const gateway = await startUploads();
    const path = await gateway.create(1000);
    const first = httpRequest({
      port: gateway.port,
      method: 'PATCH',
      path,
      headers: { 'Tus-Resumable': '1.0.0', ...bytesAt(0, '').headers },
      agent: false,
    });
    const answered = once(first, 'response');
    first.on('error', () => undefined);
    first.write('a'.repeat(10));
    const upload = gateway.spool.find(path.split('/').at(-1) ?? '');
    await untilTrue(() => upload?.isBusy ?? false);

    const head = await gateway.tus('HEAD', path);
    const second = await gateway.tus('PATCH', path, bytesAt(10, 'b'.repeat(990)));
    const [response] = await answered;
    first.destroy();

    expect(head.headers['upload-offset']).toBe('10');
    expect([response.statusCode, response.headers['upload-offset']]).toEqual([204, '10']);
    expect([second.status, second.headers['upload-offset']]).toEqual([204, '1000']);
  });
});

const failing = (code: ErrorCode) => async (): Promise<FileView> => {
  throw new ReelkeepError(code, 'for a reason');
};

async function untilTrue(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
