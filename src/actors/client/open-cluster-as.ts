/** The cluster as seen by whom the certificate of a directory speaks for. */
import type { Cluster, ClusterOptions } from './cluster.js';
import { openCluster } from './open-cluster.js';

/**
 * @param credentialsDir a client's or an admin's; plain text without it
 * @throws ReelkeepError `usage`, which says what is wrong with them
 */
export async function openClusterAs(
  credentialsDir: string | undefined,
  options: ClusterOptions,
): Promise<Cluster> {
  if (credentialsDir === undefined) return openCluster(options);
  // Loaded late: most commands on one machine need none of it.
  const { Credentials } = await import('../../credentials/credential-files.js');
  const credentials = await Credentials.open({
    directory: credentialsDir,
    roles: ['client', 'admin'],
    // A command is over before that matters; a longer one goes on with what it has.
    onNews: () => undefined,
  });
  const cluster = openCluster({ ...options, credentials });
  const close = async (): Promise<void> => {
    credentials.close();
    await cluster.close();
  };
  return { ...cluster, close };
}
