/** Counts calls as they end, by method and by what they were answered. */
import {
  type Metadata,
  ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptor,
  ServerListenerBuilder,
  status as statuses,
} from '@grpc/grpc-js';
import { Durations, Tally } from '../domain/counting.js';
import { type ErrorCode, isErrorCode } from '../domain/errors.js';
import { ClientServiceService } from './generated/reelkeep/v1/client.js';
import { KeeperServiceService } from './generated/reelkeep/v1/keeper.js';
import { codeKey } from './status.js';

/** `cancelled`: the caller went away; `status`: answered by the library, before any handler. */
type CallOutcome = 'ok' | 'cancelled' | 'status' | ErrorCode;

const boundsMs = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];

/** A path names anything until it is found here. */
const methods: ReadonlyMap<string, { readonly name: string; readonly isUnary: boolean }> = new Map(
  [ClientServiceService, KeeperServiceService].flatMap((service) =>
    Object.values(service).map(({ path, requestStream, responseStream }) => [
      path as string,
      { name: path.slice(path.lastIndexOf('/') + 1), isUnary: !requestStream && !responseStream },
    ]),
  ),
);

export class CallCounters {
  readonly calls = new Tally<`${string}/${CallOutcome}`>();
  /** Of calls with one answer: the others last as long as there is something to tell. */
  readonly durations = new Map<string, Durations>(
    [...methods.values()]
      .filter(({ isUnary }) => isUnary)
      .map(({ name }) => [name, new Durations(boundsMs)]),
  );

  note(path: string, outcome: CallOutcome, tookMs: number): void {
    const { name } = methods.get(path) ?? { name: 'other' };
    this.calls.add(`${name}/${outcome}`);
    this.durations.get(name)?.note(tookMs);
  }
}

/** To stand before all others, so that what they refuse is counted, too. */
export function countingInterceptor(counters: CallCounters): ServerInterceptor {
  return ({ path }, call) => {
    const begunAtMs = performance.now();
    let isCounted = false;
    const count = (outcome: CallOutcome): void => {
      if (isCounted) return;
      isCounted = true;
      counters.note(path, outcome, performance.now() - begunAtMs);
    };
    const listener = new ServerListenerBuilder().withOnCancel(() => count('cancelled')).build();
    const responder = new ResponderBuilder()
      .withStart((next) => next(listener))
      .withSendStatus((status, next) => {
        count(outcomeOf(status.code, status.metadata));
        next(status);
      })
      .build();
    return new ServerInterceptingCall(call, responder);
  };
}

function outcomeOf(code: number | undefined, metadata: Metadata | null | undefined): CallOutcome {
  if (code === statuses.OK) return 'ok';
  const named = metadata?.get(codeKey)[0]?.toString();
  if (named !== undefined && isErrorCode(named)) return named;
  if (code === statuses.CANCELLED) return 'cancelled';
  return code === statuses.PERMISSION_DENIED ? 'not-allowed' : 'status';
}
