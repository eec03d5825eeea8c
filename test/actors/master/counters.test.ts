import { describe, expect, it } from 'vitest';
import { MasterCounters } from '../../../src/actors/master/counters.js';
import { f1, good, k1, k2, uploadIdOf } from '../lookup-table/table-under-test.js';

describe('the counters of a master', () => {
  it('count an upload once, when its client is told', () => {
    const counters = new MasterCounters();
    const progress = { type: 'upload progressed', uploadId: uploadIdOf(1), target: 3 } as const;

    counters.noteNotice({ ...progress, replicas: 1, acked: false });
    counters.noteNotice({ ...progress, replicas: 2, acked: true });
    counters.noteNotice({
      type: 'upload ended',
      uploadId: uploadIdOf(2),
      error: { code: 'unavailable', detail: 'the client gave this upload up' },
    });
    counters.noteNotice({ type: 'file gone', fileId: f1 });

    expect([...counters.uploads.counts]).toEqual([
      ['acknowledged', 1],
      ['unavailable', 1],
    ]);
  });

  it('count copies and drops as they are ordered and as they end', () => {
    const counters = new MasterCounters();

    counters.noteEffect({
      type: 'copy',
      fileId: f1,
      size: 1,
      digest: good,
      sources: [k1],
      destination: k2,
    });
    counters.noteEffect({
      type: 'drop',
      fileId: f1,
      keeper: k1,
      incarnation: 1,
      why: 'surplus',
      staying: [],
      verifyWithinMs: 1,
    });
    counters.noteMessage({ type: 'copy ended', fileId: f1, destination: k2, outcome: 'failed' });
    counters.noteMessage({ type: 'drop ended', fileId: f1, keeper: k1, outcome: 'dropped' });
    counters.noteMessage({ type: 'tick' });

    expect(Object.fromEntries(counters.copies.counts)).toEqual({
      ordered: 1,
      stored: 0,
      failed: 1,
    });
    expect(Object.fromEntries(counters.drops.counts)).toEqual({ surplus: 1, quarantined: 0 });
    expect(Object.fromEntries(counters.dropsEnded.counts)).toEqual({ dropped: 1, refused: 0 });
  });
});
