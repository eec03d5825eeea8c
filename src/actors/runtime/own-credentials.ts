/** The credentials that a server was started with, and its log of what becomes of them. */
import type { Logger } from 'pino';
import { Credentials } from '../../credentials/credential-files.js';
import type { Role } from '../../domain/principal.js';

/**
 * @returns nothing when it was started without
 * @throws ReelkeepError `usage`, which says what is wrong with them
 */
export async function openCredentials(
  directory: string | undefined,
  roles: readonly Role[],
  log: Logger,
): Promise<Credentials | undefined> {
  if (directory === undefined) return undefined;
  return await Credentials.open({
    directory,
    roles,
    onNews: (news) => {
      if (news === 'renewed') log.info({ directory }, 'the certificate was renewed');
      else
        log.error({ reason: news.detail }, 'the new certificate is not taken: the old one stays');
    },
  });
}
