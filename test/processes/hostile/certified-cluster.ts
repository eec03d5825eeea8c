/** Clusters with certificates, whose authority has made one for a keeper that is no good. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CertifiedOptions, makeAuthorityIn, startCertified } from '../certified.js';
import type { Rig } from '../rig.js';

/** Before all honest ones in the order of names, which is that of sources. */
export const liar = 'a-liar';

export interface Authority {
  /** Of the certificate of one that may call the master. */
  credentials(role: 'keeper' | 'client', name: string): string;
  start(options: CertifiedOptions): Promise<Rig>;
  end(): Promise<void>;
}

export async function makeAuthority(): Promise<Authority> {
  const parent = await mkdtemp(join(tmpdir(), 'reelkeep-ca-'));
  const ca = await makeAuthorityIn(parent, ['k1', 'k2', 'k3', liar]);
  return {
    credentials: (role, name) => join(ca, `${role}-${name}`),
    start: (options) => startCertified(ca, options),
    end: () => rm(parent, { recursive: true, force: true }),
  };
}
