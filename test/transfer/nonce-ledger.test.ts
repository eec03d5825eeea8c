import { describe, expect, it } from 'vitest';
import { NonceLedger } from '../../src/transfer/nonce-ledger.js';

describe('the nonce ledger', () => {
  it('lets a nonce serve once', () => {
    const ledger = new NonceLedger(10);

    expect(ledger.use('a', 100, 0)).toBe('fresh');
    expect(ledger.use('a', 100, 1)).toBe('used');
    expect(ledger.use('b', 100, 1)).toBe('fresh');
  });

  it('refuses when it is full of tickets that could still be replayed', () => {
    const ledger = new NonceLedger(2);
    ledger.use('a', 100, 0);
    ledger.use('b', 200, 0);

    expect(ledger.use('c', 300, 99)).toBe('no room');
    expect(ledger.use('a', 100, 99)).toBe('used');
    expect(ledger.size).toBe(2);
  });

  it('makes room by forgetting expired tickets only', () => {
    const ledger = new NonceLedger(2);
    ledger.use('a', 100, 0);
    ledger.use('b', 200, 0);

    expect(ledger.use('c', 300, 100)).toBe('fresh');
    expect(ledger.use('b', 200, 100)).toBe('used');
    expect(ledger.size).toBe(2);
  });
});
