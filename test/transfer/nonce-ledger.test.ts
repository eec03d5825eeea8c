import { describe, expect, it } from 'vitest';
import { NonceLedger } from '../../src/transfer/nonce-ledger.js';

describe('the nonce ledger', () => {
  it('lets a nonce serve once', () => {
    const ledger = new NonceLedger(10);

    expect(ledger.use(ticket('a', 100), at(0))).toBe('fresh');
    expect(ledger.use(ticket('a', 100), at(1))).toBe('used');
    expect(ledger.use(ticket('b', 100), at(1))).toBe('fresh');
  });

  it('refuses when it is full of tickets that could still be replayed', () => {
    const ledger = new NonceLedger(2);
    ledger.use(ticket('a', 100), at(0));
    ledger.use(ticket('b', 200), at(0));

    expect(ledger.use(ticket('c', 300), at(99))).toBe('no room');
    expect(ledger.use(ticket('a', 100), at(99))).toBe('used');
    expect(ledger.size).toBe(2);
  });

  it('makes room by forgetting expired tickets only', () => {
    const ledger = new NonceLedger(2);
    ledger.use(ticket('a', 100), at(0));
    ledger.use(ticket('b', 200), at(0));

    expect(ledger.use(ticket('c', 300), at(100))).toBe('fresh');
    expect(ledger.use(ticket('b', 200), at(100))).toBe('used');
    expect(ledger.size).toBe(2);
  });

  it('makes room by forgetting tickets of a term that is over, whatever the clock of the next says', () => {
    const ledger = new NonceLedger(2);
    ledger.use(ticket('a', 1_000_000), at(999_000));
    ledger.use(ticket('b', 200, 2), at(10, 2));

    expect(ledger.use(ticket('c', 300, 2), at(20, 2))).toBe('fresh');
    expect(ledger.use(ticket('b', 200, 2), at(20, 2))).toBe('used');
    expect(ledger.size).toBe(2);
  });
});

const ticket = (nonce: string, expiresAtMs: number, epoch = 1) => ({ nonce, expiresAtMs, epoch });

const at = (masterNowMs: number, epoch = 1) => ({ masterNowMs, epoch });
