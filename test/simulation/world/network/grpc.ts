/**
 * Twin of `@grpc/grpc-js` on the simulated network.
 *
 * The surface that programs touch is the real one, clients and streams alike; a false channel and
 * a false server stand below it.
 */
import { TrapError } from '../world.js';
import { SimChannel } from './grpc-channel.js';
import {
  type ChannelOptions,
  makeGenericClientConstructor as makeRealConstructor,
} from './grpc-real.js';

export {
  credentials,
  experimental,
  logVerbosity,
  Metadata,
  ResponderBuilder,
  ServerCredentials,
  ServerInterceptingCall,
  ServerListenerBuilder,
  status,
} from './grpc-real.js';
export { Server } from './grpc-server.js';

/** Clients are made by `makeGenericClientConstructor`; of this one only the type is used. */
export class Client {
  constructor() {
    throw new TrapError('a bare gRPC client has no twin');
  }
}

export const setLogVerbosity = (): void => undefined;

export function makeGenericClientConstructor(
  ...definition: Parameters<typeof makeRealConstructor>
): ReturnType<typeof makeRealConstructor> {
  const Real = makeRealConstructor(...definition);
  return class extends Real {
    constructor(...[address, credentials, options]: ConstructorParameters<typeof Real>) {
      super(address, credentials, {
        ...options,
        channelFactoryOverride: (target: string, _: unknown, given: Partial<ChannelOptions>) =>
          new SimChannel(target, given),
      } as Partial<ChannelOptions>);
    }
  };
}
