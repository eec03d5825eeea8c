import { describe, expect, it } from 'vitest';
import { metadataOf, startUploads } from './an-upload.js';

describe('who creates an upload', () => {
  it('is told before a byte comes that its name is taken', async () => {
    const gateway = await startUploads();
    gateway.taken.add('a.mp4');
    const headers = { 'Upload-Length': '6' };

    const taken = await gateway.tus('POST', '/uploads', {
      headers: { ...headers, 'Upload-Metadata': metadataOf({ filename: 'a.mp4' }) },
    });
    const replacing = await gateway.tus('POST', '/uploads', {
      headers: {
        ...headers,
        'Upload-Metadata': metadataOf({ filename: 'a.mp4', replace: 'true' }),
      },
    });

    expect(taken.status).toBe(409);
    expect(JSON.parse(taken.body)).toEqual({
      error: { code: 'conflict', message: '"a.mp4" exists' },
    });
    expect(replacing.status).toBe(201);
  });

  it.each([
    [{ filename: '../../etc/passwd' }, 'a part ".."'],
    [{ filename: '/a.mp4' }, 'begins with "/"'],
    [{ filename: 'a\u0000b.mp4' }, 'a control character'],
    [{ filename: 'a\nb.mp4' }, 'a control character'],
    [{ filename: 'x'.repeat(1025) }, 'longer than 1024 bytes'],
    [{ filename: '' }, 'empty'],
    [{ filename: 'a.mp4', target: '-1' }, '"target" and "acks"'],
    [{ filename: 'a.mp4', target: '1e3' }, '"target" and "acks"'],
    [{ filename: 'a.mp4', acks: '' }, '"target" and "acks"'],
    [{ filename: 'a.mp4', replace: 'perhaps' }, '"replace"'],
    [{ filename: 'a.mp4', more: 'x'.repeat(7000) }, 'Upload-Metadata has over'],
  ])('is refused %j', async (metadata: Readonly<Record<string, string>>, told) => {
    const gateway = await startUploads();

    const { status, body } = await gateway.tus('POST', '/uploads', {
      headers: { 'Upload-Length': '6', 'Upload-Metadata': metadataOf(metadata) },
    });

    expect(status).toBe(422);
    expect(JSON.parse(body)).toEqual({
      error: { code: 'refused-input', message: expect.stringContaining(told) },
    });
    expect(gateway.spool.openUploads).toBe(0);
  });

  it.each([
    [{ 'Upload-Length': '6', 'Upload-Metadata': 'filename !!!' }, 400],
    [{ 'Upload-Length': '6', 'Upload-Metadata': 'filename /w==' }, 422],
    [{ 'Upload-Length': '6', 'Upload-Metadata': `__proto__ ${'YQ=='}` }, 400],
    [{ 'Upload-Length': '-6', 'Upload-Metadata': metadataOf({ filename: 'a.mp4' }) }, 400],
    [{ 'Upload-Length': '6.5', 'Upload-Metadata': metadataOf({ filename: 'a.mp4' }) }, 400],
    [{ 'Upload-Length': '6' }, 422],
    [{ 'Upload-Metadata': metadataOf({ filename: 'a.mp4' }) }, 400],
    [{ 'Upload-Defer-Length': '1', 'Upload-Metadata': metadataOf({ filename: 'a.mp4' }) }, 501],
    [{ 'Upload-Length': '1073741825', 'Upload-Metadata': metadataOf({ filename: 'a.mp4' }) }, 413],
    [{ 'Upload-Length': '6', 'Upload-Concat': 'partial' }, 501],
    [{ 'Upload-Length': '6', 'Tus-Resumable': '0.2.2' }, 412],
  ])('is told that %j is wrong', async (headers: Readonly<Record<string, string>>, status) => {
    const gateway = await startUploads();

    const answer = await gateway.tus('POST', '/uploads', { headers });

    expect(answer.status).toBe(status);
    expect(gateway.spool.openUploads).toBe(0);
  });

  it('may ask first whether to send', async () => {
    const gateway = await startUploads();
    gateway.taken.add('a.mp4');
    const head = (name: string): string =>
      [
        'POST /uploads HTTP/1.1',
        `Host: 127.0.0.1:${gateway.port}`,
        'Tus-Resumable: 1.0.0',
        'Upload-Length: 3',
        `Upload-Metadata: ${metadataOf({ filename: name })}`,
        'Content-Type: application/offset+octet-stream',
        'Content-Length: 3',
        'Expect: 100-continue',
        'Connection: close',
      ].join('\r\n');

    const taken = await gateway.raw(`${head('a.mp4')}\r\n\r\n`);
    const free = await gateway.raw(`${head('b.mp4')}\r\n\r\nabc`);

    expect(taken).toMatch(/^HTTP\/1\.1 409 /);
    expect(free).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 201 /);
  });

  it('is not read beyond what headers may have', async () => {
    const gateway = await startUploads();
    const metadata = 'A'.repeat(10 * 1024 * 1024);

    const answer = await gateway
      .raw(
        `POST /uploads HTTP/1.1\r\nHost: 127.0.0.1:${gateway.port}\r\nUpload-Metadata: filename ${metadata}\r\n\r\n`,
      )
      .catch(() => 'cut off');

    expect(answer).toMatch(/^HTTP\/1\.1 431 |^cut off$/);
  });

  it('is no page of another site', async () => {
    const gateway = await startUploads();

    const { status } = await gateway.tus('POST', '/uploads', {
      headers: {
        'Sec-Fetch-Site': 'cross-site',
        'Upload-Length': '6',
        'Upload-Metadata': metadataOf({ filename: 'a.mp4' }),
      },
    });

    expect(status).toBe(403);
  });
});
