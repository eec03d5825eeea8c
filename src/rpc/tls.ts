/** gRPC's credentials out of a process's own; certificates that are renewed are taken for later connections. */
import {
  type ChannelCredentials,
  type ChannelOptions,
  credentials,
  experimental,
  ServerCredentials,
} from '@grpc/grpc-js';
import type { CredentialFiles, OwnCredentials } from '../domain/own-credentials.js';
import { parsePrincipal } from '../domain/principal.js';
import { channelOptions } from './limits.js';

type Provider = experimental.CertificateProvider;
type CaListener = Parameters<Provider['addCaCertificateListener']>[0];
type IdentityListener = Parameters<Provider['addIdentityCertificateListener']>[0];

/** Plain text unless there are credentials. */
export const serverCredentials = (own: OwnCredentials | undefined): ServerCredentials =>
  own === undefined
    ? ServerCredentials.createInsecure()
    : experimental.createCertificateProviderServerCredentials(
        providerOf(own),
        providerOf(own),
        true,
      );

/** Whoever answers must be this cluster's master: its certificate says so, whatever its address. */
export const channelCredentials = (own: OwnCredentials | undefined): ChannelCredentials =>
  own === undefined
    ? credentials.createInsecure()
    : experimental.createCertificateProviderChannelCredentials(providerOf(own), providerOf(own), {
        checkServerIdentity: (_, { subjectaltname }) => {
          const peer = parsePrincipal(subjectaltname);
          const isMaster = peer?.role === 'master' && peer.clusterId === own.principal.clusterId;
          return isMaster ? undefined : new Error('it is not the master of this cluster');
        },
      });

/** With credentials a name is asked for in the handshake: an address is none, and names play no part. */
export const channelOptionsFor = (own: OwnCredentials | undefined): ChannelOptions =>
  own === undefined
    ? channelOptions
    : { ...channelOptions, 'grpc.ssl_target_name_override': 'reelkeep-master' };

function providerOf(own: OwnCredentials): Provider {
  const ends = new Map<unknown, () => void>();
  function listen(listener: unknown, tell: (files: CredentialFiles) => void): void {
    ends.set(listener, own.onRenewed(tell));
    // gRPC takes nothing that comes before it has done adding the listener.
    process.nextTick(() => ends.has(listener) && tell(own.files));
  }
  const stop = (listener: unknown): void => {
    ends.get(listener)?.();
    ends.delete(listener);
  };
  return {
    addCaCertificateListener: (listener: CaListener) =>
      listen(listener, ({ ca }) => listener({ caCertificate: ca })),
    removeCaCertificateListener: stop,
    addIdentityCertificateListener: (listener: IdentityListener) =>
      listen(listener, ({ certificate, key }) => listener({ certificate, privateKey: key })),
    removeIdentityCertificateListener: stop,
  };
}
