/** A keeper's certificate and its directory have to be of the same keeper. */
import { ReelkeepError } from '../../domain/errors.js';
import type { ClusterId, KeeperId } from '../../domain/ids.js';
import type { OwnCredentials } from '../../domain/own-credentials.js';
import type { KeeperConfig } from './config.js';

type Named = Pick<OwnCredentials, 'principal'>;

/**
 * What a new directory is called.
 * @throws ReelkeepError `usage` when it was told another name than its certificate has
 */
export function idFor(
  { id }: Pick<KeeperConfig, 'id'>,
  own: Named | undefined,
): string | undefined {
  if (own === undefined || id === undefined || id === own.principal.name)
    return own?.principal.name ?? id;
  throw new ReelkeepError(
    'usage',
    `--id ${id}, and the certificate is of keeper ${own.principal.name}: leave --id out`,
  );
}

/** @throws ReelkeepError `usage` when the directory is of another keeper, or of another cluster */
export function refuseForeign(
  found: { readonly keeperId: KeeperId; readonly clusterId: ClusterId | null },
  own: Named | undefined,
): void {
  if (own === undefined) return;
  const { name, clusterId } = own.principal;
  if (found.keeperId !== name)
    throw new ReelkeepError(
      'usage',
      `the directory is of keeper ${found.keeperId}, and the certificate of ${name}: issue one for ${found.keeperId}`,
    );
  if (found.clusterId !== null && found.clusterId !== clusterId)
    throw new ReelkeepError(
      'usage',
      `the directory is of cluster ${found.clusterId}, and the certificate of ${clusterId}`,
    );
}
