import { describe, expect, it } from 'vitest';
import { digest, fileId, keeperId, millis, wallMs } from '../../src/domain/ids.js';
import { NeedIndex, type TrackedFile } from '../../src/domain/need-index.js';

describe('the bytes that are to be copied', () => {
  it('are those of each copy that a file in need wants', () => {
    const index = new NeedIndex(10, 1_000);

    index.put(aFile(1, { size: 100, wanted: 2 }));
    index.put(aFile(2, { size: 7, wanted: 1 }));

    expect(index.totals.bytesToCopy).toBe(207);
  });

  it('become fewer as copies arrive, and none at the end', () => {
    const index = new NeedIndex(10, 1_000);
    index.put(aFile(1, { size: 100, wanted: 2 }));

    index.put(aFile(1, { size: 100, wanted: 1 }));
    expect(index.totals.bytesToCopy).toBe(100);
    index.remove(aFile(1, { size: 100, wanted: 1 }).file.fileId);

    expect(index.totals.bytesToCopy).toBe(0);
  });

  it('are counted of files that are too many to keep in mind, until these are looked for again', () => {
    const index = new NeedIndex(1, 1_000);

    index.put(aFile(1, { size: 100, wanted: 2 }));
    index.put(aFile(2, { size: 7, wanted: 1 }));
    expect(index.totals.bytesToCopy).toBe(207);
    index.forgiveForgotten(millis(0));

    expect(index.totals.bytesToCopy).toBe(index.get(id(1)) ? 200 : 7);
  });
});

const id = (number: number) => fileId(String(number).padStart(32, '0'));

const aFile = (
  number: number,
  { size, wanted }: { readonly size: number; readonly wanted: number },
): TrackedFile => ({
  file: {
    fileId: id(number),
    size,
    digest: digest('d'.repeat(64)),
    target: 3,
    replicas: [
      { keeper: keeperId('k1'), incarnation: 1, standing: 'sound', verifiedAt: wallMs(0) },
    ],
  },
  need: {
    live: 3 - wanted,
    isBelowTarget: true,
    isMissing: false,
    wanted,
    surplus: 0,
    leaving: 0,
    unwanted: 0,
  },
  lane: 'copy',
  failures: 0,
  notBefore: millis(0),
});
