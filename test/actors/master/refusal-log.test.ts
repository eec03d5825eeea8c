import { describe, expect, it } from 'vitest';
import { createRefusalLog } from '../../../src/actors/master/refusal-log.js';
import { clusterId } from '../../../src/domain/ids.js';
import { rpcLimits } from '../../../src/rpc/limits.js';
import type { AuditEntry } from '../../../src/storage/audit-log.js';

const refusal = {
  method: '/reelkeep.v1.ClientService/RetireKeeper',
  peer: '127.0.0.1:9',
  principal: { clusterId: clusterId('c'.repeat(32)), role: 'client', name: 'a' },
  why: 'a client may not call RetireKeeper',
} as const;

describe('a call that was refused', () => {
  it('is told in both logs, with who, from where and why', () => {
    const { lines, entries, tell } = start();

    tell(refusal);

    const { method, peer, why } = refusal;
    expect(lines).toEqual([{ role: 'client', name: 'a', peer, method, why }]);
    expect(entries).toEqual([
      { who: { role: 'client', name: 'a' }, peer, what: method, outcome: 'refused', why },
    ]);
  });

  it('is one of so many that only the audit log has all of them', () => {
    const { lines, entries, tell, clock } = start();
    const { refusalLinesBurstMax, refusalLinesPerSecondMax } = rpcLimits;

    for (let number = 0; number < 1_000; number++) tell(refusal);
    const atOnce = lines.length;
    clock.nowMs += 1_000;
    for (let number = 0; number < 1_000; number++) tell(refusal);

    expect(atOnce).toBe(refusalLinesBurstMax);
    expect(lines.length - atOnce).toBe(refusalLinesPerSecondMax);
    expect(entries).toHaveLength(2_000);
  });
});

function start() {
  const lines: object[] = [];
  const entries: AuditEntry[] = [];
  const clock = { nowMs: 0 };
  const warn = ((line: object) => void lines.push(line)) as never;
  const tell = createRefusalLog(
    { warn },
    (entry) => void entries.push(entry),
    () => clock.nowMs,
  );
  return { lines, entries, clock, tell };
}
