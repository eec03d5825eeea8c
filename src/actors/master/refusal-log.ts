/** Tells of calls that were refused: in the audit log of each, in the log of so many that it stays readable. */
import type { Logger } from 'pino';
import { CallAllowance } from '../../domain/call-allowance.js';
import type { Access } from '../../rpc/control-server.js';
import { rpcLimits } from '../../rpc/limits.js';
import type { AuditEntry } from '../../storage/audit-log.js';

/** @param clockMs monotonic */
export function createRefusalLog(
  log: Pick<Logger, 'warn'>,
  note: (entry: AuditEntry) => void,
  clockMs: () => number,
): Access['onRefused'] {
  const { refusalLinesPerSecondMax: perSecond, refusalLinesBurstMax: burst } = rpcLimits;
  const lines = new CallAllowance({ perSecond, burst });
  return ({ principal, peer, method, why }) => {
    const who = principal && { role: principal.role, name: principal.name };
    if (lines.take('refusals', clockMs()) === 'taken')
      log.warn({ ...who, peer, method, why }, 'refused');
    note({ who, peer, what: method, outcome: 'refused', why });
  };
}
