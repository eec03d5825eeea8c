/** The certificate by which a master is known, and what it lets clients do. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Credentials } from '../../credentials/credential-files.js';
import { PolicyFile } from '../../credentials/policy-file.js';
import { AuditLog } from '../../storage/audit-log.js';
import { openCredentials } from '../runtime/own-credentials.js';
import type { MasterConfig } from './config.js';

export interface Secured {
  readonly credentials: Credentials;
  readonly policy: PolicyFile;
}

const auditDirectory = 'audit';

/**
 * @returns nothing when it was started without credentials
 * @throws ReelkeepError `usage`, which says what is wrong with them
 */
export async function openSecured(
  { credentialsDir, policy }: Pick<MasterConfig, 'credentialsDir' | 'policy'>,
  log: Logger,
): Promise<Secured | undefined> {
  const credentials = await openCredentials(credentialsDir, ['master'], log);
  if (credentials === undefined || policy === undefined) return undefined;
  const onNews = tellPolicy(policy, log);
  try {
    return { credentials, policy: await PolicyFile.open({ path: policy, onNews }) };
  } catch (error) {
    credentials.close();
    throw error;
  }
}

export function closeSecured(secured: Secured | undefined): void {
  secured?.credentials.close();
  secured?.policy.close();
}

/** In the master's directory, which is its own by then. */
export const openAudit = ({ dataDir }: Pick<MasterConfig, 'dataDir'>, log: Logger) =>
  AuditLog.open({
    directory: join(dataDir, auditDirectory),
    onFailure: (error) => log.error({ err: error }, 'lines of the audit log were lost'),
  });

const tellPolicy =
  (path: string, log: Logger) =>
  (news: Parameters<Parameters<typeof PolicyFile.open>[0]['onNews']>[0]): void => {
    if (news === 'taken') log.info({ path }, 'the policy was taken');
    else log.error({ path, reason: news.detail }, 'the policy cannot be read: nothing is granted');
  };
