/** Services whose callers are known at the door from their first call on, or are sent away. */
import type {
  ServiceDefinition,
  UntypedHandleCall,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { ReelkeepError } from '../domain/errors.js';
import { bearerOf, type Principal } from '../domain/principal.js';
import type { Call } from './caller.js';
import type { FrontDoor } from './front-door.js';
import { toStatus } from './status.js';

/** Who calls; nobody where there are no certificates. */
export type WhoCalls = (call: Call) => Principal | undefined;

interface AnyCall extends Call {
  getPeer(): string;
  emit(event: 'error', status: ReturnType<typeof toStatus>): unknown;
}

/** Of calls with one answer. */
type Callback = ((status: ReturnType<typeof toStatus>) => void) | undefined;

interface Registrar {
  addService(service: ServiceDefinition, implementation: UntypedServiceImplementation): void;
}

/** Takes services as a server does, and gives them to it. */
export class BehindDoor implements Registrar {
  readonly #server: Registrar;
  readonly #door: FrontDoor;
  readonly #whoCalls: WhoCalls;

  constructor(server: Registrar, door: FrontDoor, whoCalls: WhoCalls) {
    this.#server = server;
    this.#door = door;
    this.#whoCalls = whoCalls;
  }

  addService(service: ServiceDefinition, implementation: UntypedServiceImplementation): void {
    const behind = Object.entries(implementation).map(([name, handler]) => [
      name,
      typeof handler === 'function' ? this.#behind(handler.bind(implementation)) : handler,
    ]);
    this.#server.addService(service, Object.fromEntries(behind));
  }

  #behind(handler: UntypedHandleCall): UntypedHandleCall {
    const handle = handler as unknown as (call: AnyCall, callback: Callback) => void;
    const guarded = (call: AnyCall, callback: Callback): void => {
      let who: Principal | undefined;
      const knowing = this.#door.know(call.getPeer(), () => {
        who = this.#whoCalls(call);
        return who && bearerOf(who);
      });
      if (knowing === 'known') handle(call, callback);
      else if (callback === undefined) call.emit('error', toStatus(tooMany(who)));
      else callback(toStatus(tooMany(who)));
    };
    return guarded as unknown as UntypedHandleCall;
  }
}

const tooMany = (who: Principal | undefined): ReelkeepError =>
  new ReelkeepError(
    'unavailable',
    `${who?.role} ${who?.name} has too many connections to the master: try again later`,
  );
