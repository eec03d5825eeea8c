import { describe, expect, it } from 'vitest';
import { notBack, type Resources } from './resources.js';

const mebibyte = 1024 * 1024;

describe('the resources of a server', () => {
  it('are back when it has the same descriptors and not much more memory', () => {
    expect(notBack(held(80, { socket: 5, pipe: 9 }), held(150, { pipe: 9, socket: 5 }))).toBe(
      undefined,
    );
  });

  it('are back with fewer sockets', () => {
    expect(notBack(held(80, { socket: 14 }), held(80, { socket: 10 }))).toBe(undefined);
  });

  it('are not back with one socket more, or one file fewer', () => {
    expect(notBack(held(80, { socket: 5 }), held(80, { socket: 6 }))).toContain('6 descriptors');
    expect(notBack(held(80, { '/lock': 1 }), held(80, {}))).toContain('0 descriptors of /lock');
  });

  it('are not back with more memory than the buffers it keeps and a heap that has breathed', () => {
    expect(notBack(held(80, {}), held(209, {}))).toBe('209 MiB in memory, and 80 at the start');
  });
});

const held = (mebibytes: number, descriptors: Readonly<Record<string, number>>): Resources => ({
  rssBytes: mebibytes * mebibyte,
  descriptors: new Map(Object.entries(descriptors)),
});
