import { describe, expect, it } from 'vitest';
import {
  errorKinds,
  fromPlainError,
  isErrorCode,
  ReelkeepError,
  toPlainError,
} from '../../src/domain/errors.js';

describe('errors', () => {
  it('keep the exit codes that scripts rely on', () => {
    const exits = Object.fromEntries(
      Object.entries(errorKinds).map(([code, kind]) => [code, kind.exitCode]),
    );

    expect(exits).toEqual({
      internal: 1,
      usage: 2,
      'not-found': 3,
      'not-allowed': 4,
      unavailable: 5,
      'unknown-outcome': 5,
      conflict: 6,
      integrity: 7,
      partial: 8,
      'no-space': 9,
      'refused-input': 10,
      stale: 5,
    });
  });

  it('keep the HTTP statuses that programs rely on', () => {
    const statuses = Object.fromEntries(
      Object.entries(errorKinds).map(([code, kind]) => [code, kind.httpStatus]),
    );

    expect(statuses).toEqual({
      internal: 500,
      usage: 400,
      'not-found': 404,
      'not-allowed': 403,
      unavailable: 503,
      'unknown-outcome': 504,
      conflict: 409,
      integrity: 502,
      partial: 500,
      'no-space': 507,
      'refused-input': 422,
      stale: 503,
    });
  });

  it('have a gRPC status of their own each', () => {
    const statuses = Object.values(errorKinds).map((kind) => kind.grpcStatus);

    expect(new Set(statuses).size).toBe(statuses.length);
  });

  it('come through a thread as they went in', () => {
    const error = new ReelkeepError('conflict', 'the name exists');

    const back = fromPlainError(toPlainError(error));

    expect([back.code, back.detail]).toEqual(['conflict', 'the name exists']);
  });

  it('turn anything else into an internal error with its message', () => {
    expect(toPlainError(new TypeError('x is not a function'))).toEqual({
      code: 'internal',
      detail: 'x is not a function',
    });
  });

  it('know their codes from other words', () => {
    expect([isErrorCode('conflict'), isErrorCode('toString')]).toEqual([true, false]);
  });
});
