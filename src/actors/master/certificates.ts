/** Makes the certificates of a cluster; no master has to run. */
import { credentialLimits } from '../../credentials/limits.js';
import { ReelkeepError } from '../../domain/errors.js';
import { clusterId, isClusterId } from '../../domain/ids.js';
import { isPrincipalName, isRole, roles } from '../../domain/principal.js';

export interface Issued {
  /** What a process is started with. */
  readonly directory: string;
  readonly clusterId: string;
}

export const defaultDays = {
  authority: credentialLimits.authorityDays,
  process: credentialLimits.certificateDays,
} as const;

/**
 * An authority, and the certificate of its master.
 * @param cluster of a master that has a table already
 * @throws ReelkeepError `usage`, `conflict`
 */
export async function initAuthority(
  directory: string,
  cluster: string | undefined,
  days: number,
): Promise<Issued & { readonly policy: string }> {
  if (cluster !== undefined && !isClusterId(cluster))
    throw new ReelkeepError(
      'usage',
      `--cluster ${cluster}: give the 32 hex digits of cluster.json`,
    );
  const { Authority } = await loadAuthority();
  const known = cluster === undefined ? undefined : clusterId(cluster);
  const authority = await Authority.create(directory, known, days);
  const issued = await authority.issue({ role: 'master', name: 'main' });
  const policy = await authority.writePolicy();
  return { directory: issued, clusterId: authority.clusterId, policy };
}

/** @throws ReelkeepError `usage` */
export async function issueCertificate(
  ca: string,
  role: string,
  name: string,
  days: number,
): Promise<Issued> {
  if (!isRole(role))
    throw new ReelkeepError('usage', `there is no role ${role}: give ${roles.join(', ')}`);
  if (!isPrincipalName(name))
    throw new ReelkeepError(
      'usage',
      `name ${JSON.stringify(name)}: use 1 to 64 of a-z, 0-9 and "-"`,
    );
  const { Authority } = await loadAuthority();
  const authority = await Authority.open(ca);
  return { directory: await authority.issue({ role, name, days }), clusterId: authority.clusterId };
}

/** Late: it is large, and no server needs it. */
const loadAuthority = () => import('../../credentials/authority.js');
