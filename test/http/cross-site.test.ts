import { describe, expect, it } from 'vitest';
import { isCrossSite } from '../../src/http/cross-site.js';
import { hostOf } from '../../src/http/host.js';

describe('a request of a browser', () => {
  it.each([
    [{ 'sec-fetch-site': 'same-origin' }, false],
    [{ 'sec-fetch-site': 'none' }, false],
    [{ 'sec-fetch-site': 'same-site' }, true],
    [{ 'sec-fetch-site': 'cross-site' }, true],
    [{ 'sec-fetch-site': ['none', 'cross-site'] }, true],
    [{ 'sec-fetch-site': 'same-origin', origin: 'http://evil.example' }, false],
    [{ host: 'localhost:8080', origin: 'http://localhost:8080' }, false],
    [{ host: 'localhost:8080', origin: 'http://LOCALHOST:8080' }, false],
    [{ host: 'localhost:8080', origin: 'http://localhost:8081' }, true],
    [{ host: 'localhost:8080', origin: 'http://evil.example/localhost:8080' }, true],
    [{ host: 'localhost:8080', origin: 'null' }, true],
    [{ host: 'localhost:8080' }, false],
  ])('%j comes from another site: %s', (headers, crosses) => {
    expect(isCrossSite(headers)).toBe(crosses);
  });
});

describe('a host', () => {
  it.each([
    ['localhost:8080', { host: 'localhost', port: 8080 }],
    ['LocalHost', { host: 'localhost', port: 80 }],
    ['[::1]:81', { host: '::1', port: 81 }],
    ['[::1]', { host: '::1', port: 80 }],
    ['127.0.0.1:1', { host: '127.0.0.1', port: 1 }],
    ['a@b:1', undefined],
    ['', undefined],
    ['localhost:99999', undefined],
  ])('%s is %j', (text, address) => {
    expect(hostOf(text)).toEqual(address);
  });
});
