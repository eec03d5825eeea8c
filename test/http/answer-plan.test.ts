import { describe, expect, it } from 'vitest';
import { type FileAnswer, planAnswer } from '../../src/http/answer-plan.js';
import { strongTag } from '../../src/http/entity-tags.js';

const boundary = 'b0b0';
const always = {
  'Accept-Ranges': 'bytes',
  ETag: '"aa"',
  'Last-Modified': 'Fri, 02 Jan 2026 03:04:05 GMT',
};

describe('the answer to a request for a file', () => {
  it('is all of it', () => {
    expect(plan({})).toEqual({
      status: 200,
      headers: { ...always, 'Content-Type': 'video/mp4', 'Content-Length': 100 },
      parts: [{ first: 0, last: 99 }],
    });
  });

  it('is nothing of an empty one', () => {
    expect(plan({}, { size: 0 })).toMatchObject({
      status: 200,
      headers: { 'Content-Length': 0 },
      parts: [],
    });
  });

  it('is one part', () => {
    expect(plan({ range: 'bytes=1-2' })).toEqual({
      status: 206,
      headers: {
        ...always,
        'Content-Type': 'video/mp4',
        'Content-Length': 2,
        'Content-Range': 'bytes 1-2/100',
      },
      parts: [{ first: 1, last: 2 }],
    });
  });

  it('is several parts, of the length that it says', () => {
    const { status, headers, parts, multipart } = plan({ range: 'bytes=1-2,50-59' });

    const body = parts.map(
      ({ first, last }, at) => `${multipart?.head(at)}${'x'.repeat(last - first + 1)}`,
    );
    const text = body.join('') + multipart?.tail;
    expect(status).toBe(206);
    expect(headers).toEqual({
      ...always,
      'Content-Type': 'multipart/byteranges; boundary=b0b0',
      'Content-Length': text.length,
    });
    expect(text).toBe(
      [
        '--b0b0',
        'Content-Type: video/mp4',
        'Content-Range: bytes 1-2/100',
        '',
        'xx',
        '--b0b0',
        'Content-Type: video/mp4',
        'Content-Range: bytes 50-59/100',
        '',
        'xxxxxxxxxx',
        '--b0b0--',
        '',
      ].join('\r\n'),
    );
  });

  it('is all of it to whom another file has the parts', () => {
    expect(plan({ range: 'bytes=1-2', 'if-range': '"bb"' }).status).toBe(200);
    expect(plan({ range: 'bytes=1-2', 'if-range': '"aa"' }).status).toBe(206);
  });

  it('is refused for parts that are not there', () => {
    expect(plan({ range: 'bytes=100-' })).toEqual({
      status: 416,
      headers: { ...always, 'Content-Range': 'bytes */100' },
      parts: [],
    });
  });

  it('is that nothing has changed, whatever parts are asked for', () => {
    expect(plan({ range: 'bytes=1-2', 'if-none-match': '"aa"' })).toEqual({
      status: 304,
      headers: always,
      parts: [],
    });
  });

  it('is that a condition does not hold', () => {
    expect(plan({ 'if-match': '"bb"' }).status).toBe(412);
  });

  it('describes all of it to a HEAD, which has no parts', () => {
    const { status, headers } = plan({ range: 'bytes=1-2' }, { method: 'HEAD' });

    expect([status, headers['Content-Length']]).toEqual([200, 100]);
  });
});

const plan = (headers: FileAnswer['headers'], given: Partial<FileAnswer> = {}) =>
  planAnswer({
    method: 'GET',
    headers,
    current: { tag: strongTag('aa'), modifiedMs: Date.UTC(2026, 0, 2, 3, 4, 5) },
    now: Date.UTC(2026, 10, 27),
    size: 100,
    contentType: 'video/mp4',
    boundary,
    ...given,
  });
