import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { type ErrorCode, errorKinds, ReelkeepError } from '../../src/domain/errors.js';
import { fromServiceError, toStatus, wasNeverSent } from '../../src/rpc/status.js';

const codes = Object.keys(errorKinds) as ErrorCode[];

describe('an error on its way through gRPC', () => {
  it.each(codes)('has the status of the table and keeps its code: %s', (code) => {
    const sent = toStatus(new ReelkeepError(code, 'so it is'));

    const received = fromServiceError(asServiceError(sent.code, sent.details, sent.metadata), 'x');

    expect(sent.code).toBe(errorKinds[code].grpcStatus);
    expect(received).toMatchObject({ code, detail: 'so it is' });
  });

  it.each([
    ['No connection established. Last error: connect ECONNREFUSED 127.0.0.1:1', true],
    ['Name resolution failed for target dns:nowhere:7000', true],
    ['Connection dropped', false],
    ['Deadline exceeded after 10.0s', false],
  ])('tells what never left from what may be on its way: %s', (details, never) => {
    const received = fromServiceError(
      asServiceError(status.UNAVAILABLE, details, new Metadata()),
      'registering',
    );

    expect(wasNeverSent(received)).toBe(never);
  });

  it('is internal when it has no code of its own', () => {
    expect(toStatus(new Error('broken'))).toMatchObject({
      code: status.INTERNAL,
      details: 'broken',
    });
  });

  it.each([
    [status.UNAVAILABLE, 'unavailable'],
    [status.CANCELLED, 'unavailable'],
    [status.RESOURCE_EXHAUSTED, 'unavailable'],
    [status.DEADLINE_EXCEEDED, 'unknown-outcome'],
    [status.UNAUTHENTICATED, 'not-allowed'],
    [status.PERMISSION_DENIED, 'not-allowed'],
    [status.INVALID_ARGUMENT, 'usage'],
    [status.NOT_FOUND, 'not-found'],
    [status.UNIMPLEMENTED, 'internal'],
    [status.DATA_LOSS, 'internal'],
  ])('of gRPC itself with status %i is %s, and says what was being done', (grpcStatus, code) => {
    const error = asServiceError(grpcStatus, 'no', new Metadata());

    expect(fromServiceError(error, 'asking')).toMatchObject({
      code,
      detail: 'asking: no',
      cause: error,
    });
  });

  it('is judged by its status when its code is of another version', () => {
    const metadata = new Metadata();
    metadata.set('reelkeep-code', 'of tomorrow');

    const error = asServiceError(status.NOT_FOUND, 'no', metadata);

    expect(fromServiceError(error, 'asking').code).toBe('not-found');
  });
});

const asServiceError = (code: number, details: string, metadata: Metadata): ServiceError =>
  Object.assign(new Error(details), { code, details, metadata });
