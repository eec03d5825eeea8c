/** Lets a call in, or not, by who the certificate of its connection speaks for. */
import {
  ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptor,
  ServerListenerBuilder,
  status,
} from '@grpc/grpc-js';
import type { CallAllowance } from '../domain/call-allowance.js';
import { ReelkeepError } from '../domain/errors.js';
import { bearerOf, type Principal } from '../domain/principal.js';
import { rolesFor } from './access-rules.js';
import { callerOf } from './caller.js';
import { toStatus } from './status.js';

/** What a keeper sends says which keeper it is of, in one of these places. */
interface OfKeeper {
  readonly keeperId?: string;
  /** That its directory is of; empty for a new one. */
  readonly clusterId?: string;
  readonly stamp?: { readonly keeperId: string } | undefined;
}

export interface Refusal {
  readonly method: string;
  readonly peer: string;
  readonly principal: Principal | undefined;
  readonly why: string;
}

/**
 * @param clusterId that the peer must be of
 * @param allowance of calls, by role and name
 */
export function accessInterceptor(
  clusterId: string,
  allowance: CallAllowance,
  onRefused: (refusal: Refusal) => void,
): ServerInterceptor {
  return ({ path }, call) => {
    const principal = callerOf(call);
    const refuse = (why: string): void => {
      onRefused({ method: path, peer: call.getPeer(), principal, why });
      call.sendStatus({ code: status.PERMISSION_DENIED, details: why });
    };
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        const why = whyRefused(path, principal, clusterId);
        if (why !== undefined) refuse(why);
        else if (principal !== undefined && isTooOften(allowance, principal))
          call.sendStatus(toStatus(tooOften(principal)));
        else next(metadata);
      })
      .withOnReceiveMessage((message: OfKeeper, next) => {
        const why = principal?.role === 'keeper' ? whyNotItsOwn(message, principal) : undefined;
        if (why === undefined) next(message);
        else refuse(why);
      })
      .build();
    return new ServerInterceptingCall(
      call,
      new ResponderBuilder().withStart((next) => next(listener)).build(),
    );
  };
}

const isTooOften = (allowance: CallAllowance, principal: Principal): boolean =>
  allowance.take(bearerOf(principal), performance.now()) === 'too often';

const tooOften = ({ role, name }: Principal): ReelkeepError =>
  new ReelkeepError('unavailable', `${role} ${name} asks too often: try again in a moment`);

function whyRefused(
  path: string,
  principal: Principal | undefined,
  clusterId: string,
): string | undefined {
  if (principal === undefined) return 'the certificate has ended, or names no role of Reelkeep';
  if (principal.clusterId !== clusterId) return 'the certificate is of another cluster';
  if (rolesFor(path).includes(principal.role)) return undefined;
  return `a ${principal.role} may not call ${path.slice(path.lastIndexOf('/') + 1)}`;
}

/** Keeper k speaks for k alone, and for no other cluster. */
function whyNotItsOwn(message: OfKeeper, { name, clusterId }: Principal): string | undefined {
  const { stamp, keeperId, clusterId: cluster = '' } = message;
  if (cluster !== '' && cluster !== clusterId)
    return 'the keeper’s directory is of another cluster';
  const claimed = stamp?.keeperId ?? keeperId;
  if (claimed === undefined || claimed === name) return undefined;
  return `the certificate is of keeper ${name}, which may not speak for another`;
}
