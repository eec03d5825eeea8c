/** An authority in a directory of its own, and what it has issued, gone after the test. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Authority } from '../../src/credentials/authority.js';
import { Credentials } from '../../src/credentials/credential-files.js';
import type { ClusterId } from '../../src/domain/ids.js';
import { type Role, roles } from '../../src/domain/principal.js';

export async function anAuthority(cluster?: ClusterId): Promise<Authority> {
  const directory = await mkdtemp(join(tmpdir(), 'reelkeep-ca-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return await Authority.create(directory, cluster);
}

/** As whoever was issued them would open them. */
export async function credentialsOf(
  authority: Authority,
  role: Role,
  name = 'a',
): Promise<Credentials> {
  const directory = await authority.issue({ role, name });
  const credentials = await Credentials.open({ directory, roles, onNews: () => undefined });
  onTestFinished(() => credentials.close());
  return credentials;
}
