import { describe, expect, it } from 'vitest';
import {
  type DoorOptions,
  doorKind,
  requireSoundDoor,
  tlsFiles,
} from '../../../src/actors/gateway/door.js';

const plain: DoorOptions = {
  host: '127.0.0.1',
  credentialsDir: undefined,
  tls: undefined,
  behindProxy: false,
  insecure: false,
};
const tls = { certFile: 'web.crt', keyFile: 'web.key' };
const credentialsDir = 'client-gateway';

describe('the door of a gateway', () => {
  it.each<[string, Partial<DoorOptions>, string]>([
    ['on loopback', {}, 'loopback'],
    ['on loopback by name', { host: 'localhost' }, 'loopback'],
    ['on loopback, encrypted', { tls }, 'loopback'],
    ['on loopback, with --insecure', { insecure: true }, 'loopback'],
    ['behind a proxy', { behindProxy: true }, 'sessions'],
    [
      'where others reach it, with both certificates',
      { host: '::', credentialsDir, tls },
      'sessions',
    ],
    ['where others reach it, with --insecure', { host: '0.0.0.0', insecure: true }, 'insecure'],
  ])('%s asks of whoever comes: %#', (_, options, kind) => {
    const door = { ...plain, ...options };

    expect(() => requireSoundDoor(door)).not.toThrow();
    expect(doorKind(door)).toBe(kind);
  });

  it.each<[Partial<DoorOptions>, RegExp]>([
    [{ host: '0.0.0.0' }, /bin\/master issue client gateway.*--credentials DIR --tls-cert/],
    [{ host: '0.0.0.0', tls }, /make credentials with/],
    [{ host: '0.0.0.0', credentialsDir }, /in the clear.*--tls-cert FILE.*--behind-proxy/],
    [{ host: '0.0.0.0', credentialsDir, behindProxy: true }, /--behind-proxy with --host/],
    [{ behindProxy: true, tls }, /--behind-proxy and --tls-cert/],
    [{ behindProxy: true, insecure: true }, /--insecure goes without/],
    [{ insecure: true, tls }, /--insecure goes without/],
  ])('is not opened with %j', (options, why) => {
    expect(() => requireSoundDoor({ ...plain, ...options })).toThrow(why);
  });

  it('takes both files of a certificate or neither', () => {
    expect(tlsFiles('web.crt', 'web.key')).toEqual(tls);
    expect(tlsFiles(undefined, undefined)).toBeUndefined();
    expect(() => tlsFiles('web.crt', undefined)).toThrow('give both or neither');
    expect(() => tlsFiles(undefined, 'web.key')).toThrow('give both or neither');
  });
});
