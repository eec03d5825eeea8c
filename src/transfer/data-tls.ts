/**
 * TLS on data connections, with certificates of the cluster on both sides.
 *
 * A keeper is known by its id, whatever its address; who comes to it, by role and name. Nothing is
 * resumed: each connection shows its certificates anew.
 */
import { constants } from 'node:crypto';
import type net from 'node:net';
import {
  connect,
  createSecureContext,
  createServer,
  type SecureContext,
  type SecureContextOptions,
  type Server,
  type TLSSocket,
} from 'node:tls';
import type { KeeperId } from '../domain/ids.js';
import type { CredentialFiles, OwnCredentials } from '../domain/own-credentials.js';
import { type Principal, parsePrincipal } from '../domain/principal.js';
import type { Address, ByteInlet, Reads } from './socket-reads.js';
import { readTls } from './tls-reads.js';

/** Who is dialled, and who dials. */
export interface DialTls {
  readonly credentials: OwnCredentials;
  readonly keeper: KeeperId;
}

/** The connection breaks unless it is the keeper that answers. */
export function dialTls(
  { host, port }: Address,
  { credentials, keeper }: DialTls,
  inlet: ByteInlet,
): Reads {
  const { clusterId } = credentials.principal;
  const socket = connect({
    host,
    port,
    secureContext: contextOf(credentials.files),
    // Whatever the environment says.
    rejectUnauthorized: true,
    // Asked for in the handshake where the host is a name; it plays no part.
    servername: 'reelkeep-keeper',
    checkServerIdentity: (_, { subjectaltname }) => {
      const peer = parsePrincipal(subjectaltname);
      const isThatKeeper =
        peer?.role === 'keeper' && peer.name === keeper && peer.clusterId === clusterId;
      return isThatKeeper ? undefined : new Error(`it is not keeper ${keeper} of this cluster`);
    },
  });
  return readTls(socket, inlet);
}

export interface TlsDoorOptions {
  readonly credentials: OwnCredentials;
  readonly handshakeTimeoutMs: number;
  /** Who came has shown a certificate of the cluster. */
  onEntered(socket: TLSSocket, peer: Principal): void;
  /** @param peer `address:port` */
  onTurnedAway(peer: string, why: string): void;
}

/** Takes accepted connections through the handshake. */
export class TlsDoor {
  readonly #options: TlsDoorOptions;
  /** By who is at the other end, the oldest first. */
  readonly #shaking = new Map<string, net.Socket>();
  readonly #server: Server;
  readonly #stopRenewing: () => void;

  constructor(options: TlsDoorOptions) {
    const { credentials, handshakeTimeoutMs: handshakeTimeout } = options;
    this.#options = options;
    this.#server = createServer(
      {
        ...contextOptions(credentials.files),
        requestCert: true,
        // Judged below, where it can be told: Node would close the connection in silence.
        rejectUnauthorized: false,
        handshakeTimeout,
      },
      (socket) => this.#judge(socket),
    );
    this.#server.on('tlsClientError', (error, socket) => this.#onFailed(error, socket));
    this.#stopRenewing = credentials.onRenewed((files) =>
      this.#server.setSecureContext(contextOptions(files)),
    );
  }

  /** Those that have not come through. */
  get handshakes(): number {
    return this.#shaking.size;
  }

  take(accepted: net.Socket): void {
    const peer = peerOf(accepted);
    if (accepted.remoteAddress === undefined) {
      // It has gone already.
      accepted.destroy();
      return;
    }
    this.#shaking.set(peer, accepted);
    accepted.once('close', () => this.#forget(peer, accepted));
    this.#server.emit('connection', accepted);
  }

  /** @returns whether there was one */
  cutOldest(): boolean {
    const [oldest] = this.#shaking;
    if (oldest === undefined) return false;
    const [peer, socket] = oldest;
    this.#shaking.delete(peer);
    socket.destroy();
    return true;
  }

  /** Nobody enters any more. */
  close(): void {
    this.#stopRenewing();
    while (this.cutOldest());
  }

  #forget(peer: string, accepted: net.Socket): void {
    if (this.#shaking.get(peer) === accepted) this.#shaking.delete(peer);
  }

  #judge(socket: TLSSocket): void {
    const { credentials, onEntered, onTurnedAway } = this.#options;
    this.#shaking.delete(peerOf(socket));
    const peer = parsePrincipal(socket.getPeerCertificate().subjectaltname);
    if (socket.authorized && peer?.clusterId === credentials.principal.clusterId) {
      onEntered(socket, peer);
      return;
    }
    const why = socket.authorized ? 'it is of another cluster' : `${socket.authorizationError}`;
    onTurnedAway(peerOf(socket), `no certificate that is believed: ${why}`);
    socket.destroy();
  }

  /** One that only left, as whoever looks whether the port is open, has asked for nothing. */
  #onFailed(error: Error & { code?: string }, socket: TLSSocket): void {
    const { code = error.message } = error;
    if (!hasLeft.has(code)) this.#options.onTurnedAway(peerOf(socket), `no TLS: ${code}`);
    socket.destroy();
  }
}

const hasLeft: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE']);

const peerOf = ({ remoteAddress = 'unknown', remotePort = 0 }: net.Socket): string =>
  `${remoteAddress}:${remotePort}`;

/** 128 bits are enough for films, and quicker than 256. */
const contextOptions = ({ ca, certificate, key }: CredentialFiles): SecureContextOptions => ({
  ca,
  cert: certificate,
  key,
  minVersion: 'TLSv1.3',
  secureOptions: constants.SSL_OP_NO_TICKET,
  ciphers: 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256',
});

const contexts = new WeakMap<CredentialFiles, SecureContext>();

/** Made once of each version of the files: reading a key takes longer than a handshake. */
function contextOf(files: CredentialFiles): SecureContext {
  const context = contexts.get(files) ?? createSecureContext(contextOptions(files));
  contexts.set(files, context);
  return context;
}
