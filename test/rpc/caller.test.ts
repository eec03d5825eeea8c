import { describe, expect, it } from 'vitest';
import { clusterId } from '../../src/domain/ids.js';
import { callerOf } from '../../src/rpc/caller.js';

const cluster = clusterId('a'.repeat(32));
const subjectaltname = `URI:reelkeep://${cluster}/client/me`;

describe('who calls', () => {
  it('is whom the certificate speaks for, until it has ended', () => {
    const called = (validTo: string) => callerOf(aCall({ subjectaltname, valid_to: validTo }));

    expect(called('Jan  1 00:00:00 2999 GMT')).toEqual({
      clusterId: cluster,
      role: 'client',
      name: 'me',
    });
    expect(called('Jan  1 00:00:00 2020 GMT')).toBeUndefined();
    expect(called('Bad time value')).toBeUndefined();
  });

  it('is nobody without a certificate', () => {
    expect(callerOf({ getAuthContext: () => ({}) })).toBeUndefined();
  });
});

const aCall = (certificate: object) => ({
  getAuthContext: () => ({ sslPeerCertificate: certificate as never }),
});
