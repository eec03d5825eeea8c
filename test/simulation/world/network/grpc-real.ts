/**
 * The parts of the real `@grpc/grpc-js` that touch no world, for its twin to stand on: the client
 * surface above a channel, the streams of the server surface, metadata, codes.
 *
 * Named by the files they are in, so that whoever replaces the package does not replace these.
 */
import {
  ChannelCredentials,
  createCertificateProviderChannelCredentials,
} from '@grpc/grpc-js/build/src/channel-credentials.js';
import { createCertificateProviderServerCredentials } from '@grpc/grpc-js/build/src/server-credentials.js';

export type {
  Call as CallInterface,
  PartialStatusObject,
  StatusObject,
} from '@grpc/grpc-js/build/src/call-interface.js';
export type { Channel as ChannelInterface } from '@grpc/grpc-js/build/src/channel.js';
export type { ChannelOptions } from '@grpc/grpc-js/build/src/channel-options.js';
export { ConnectivityState as connectivityState } from '@grpc/grpc-js/build/src/connectivity-state.js';
export {
  LogVerbosity as logVerbosity,
  Status as status,
} from '@grpc/grpc-js/build/src/constants.js';
export {
  makeClientConstructor as makeGenericClientConstructor,
  type ServiceDefinition,
} from '@grpc/grpc-js/build/src/make-client.js';
export { Metadata } from '@grpc/grpc-js/build/src/metadata.js';
export type { UntypedServiceImplementation } from '@grpc/grpc-js/build/src/server.js';
export {
  type HandleCall,
  ServerDuplexStreamImpl,
  type ServerErrorResponse,
  type ServerStatusResponse,
  ServerWritableStreamImpl,
  serverErrorToStatus,
} from '@grpc/grpc-js/build/src/server-call.js';
export { ServerCredentials } from '@grpc/grpc-js/build/src/server-credentials.js';
export {
  ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  ServerListenerBuilder,
} from '@grpc/grpc-js/build/src/server-interceptors.js';

export const credentials = { createInsecure: () => ChannelCredentials.createInsecure() };

/** No simulated process has a certificate: these are here to be imported. */
export const experimental = {
  createCertificateProviderChannelCredentials,
  createCertificateProviderServerCredentials,
};
