import { describe, expect, it } from 'vitest';
import { isLoopback } from '../../src/domain/loopback.js';

describe('loopback', () => {
  it.each(['127.0.0.1', '127.8.9.10', 'localhost', '::1'])('is %s', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it.each(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.org', 'localhost.example.org', ''])(
    'is not %j',
    (host) => {
      expect(isLoopback(host)).toBe(false);
    },
  );
});
