/**
 * A gRPC channel to one address, as `pick_first` of grpc-js keeps it.
 *
 * ```
 * idle ──a call──> connecting ──hello──> ready ──connection lost──> idle
 *                      └──failed──> failing ──hello──> ready
 * ```
 *
 * Calls wait while it is connecting; while it is failing they fail at once, and it goes on trying,
 * each time after a longer wait.
 */
import { nextTick } from 'node:process';
import { clearTimeout, type SimTimeout, setTimeout } from '../clock.js';
import { TrapError, theWorld, thisProcess } from '../world.js';
import { type CallOwner, ClientCall } from './grpc-call.js';
import {
  type CallInterface,
  type ChannelInterface,
  type ChannelOptions,
  connectivityState,
} from './grpc-real.js';
import { ClientTransport } from './grpc-transport.js';

type State = 'idle' | 'connecting' | 'ready' | 'failing' | 'shut down';

const realStates = {
  idle: connectivityState.IDLE,
  connecting: connectivityState.CONNECTING,
  ready: connectivityState.READY,
  failing: connectivityState.TRANSIENT_FAILURE,
  'shut down': connectivityState.SHUTDOWN,
} as const satisfies Record<State, connectivityState>;

const backoffGrowth = 1.6;
const backoffJitter = 0.2;
const messageBytesMax = 4 * 1024 * 1024;

export class SimChannel implements ChannelInterface, CallOwner {
  readonly target: string;
  readonly sendBytesMax: number;
  readonly receiveBytesMax: number;
  readonly #address: { readonly host: string; readonly port: number };
  readonly #options: Partial<ChannelOptions>;
  readonly #chance = thisProcess('a channel').chance;
  readonly #waiting = new Set<ClientCall>();
  readonly #backoffMsMin: number;
  readonly #backoffMsMax: number;
  #backoffMs: number;
  #retryAtMs = 0;
  #retry: SimTimeout | undefined;
  #state: State = 'idle';
  #transport: ClientTransport | undefined;
  #lastError = '';

  constructor(target: string, options: Partial<ChannelOptions>) {
    this.target = target;
    this.#address = parse(target);
    this.#options = options;
    this.sendBytesMax = options['grpc.max_send_message_length'] ?? -1;
    this.receiveBytesMax = options['grpc.max_receive_message_length'] ?? messageBytesMax;
    this.#backoffMsMin = options['grpc.initial_reconnect_backoff_ms'] ?? 1_000;
    this.#backoffMsMax = options['grpc.max_reconnect_backoff_ms'] ?? 120_000;
    this.#backoffMs = this.#backoffMsMin;
  }

  close(): void {
    this.#state = 'shut down';
    clearTimeout(this.#retry);
    for (const call of [...this.#waiting]) call.fail('Channel closed before call started');
    this.#transport?.shutDown();
    this.#transport = undefined;
  }

  createCall(path: string, deadline: Date | number): CallInterface {
    if (this.#state === 'shut down') throw new Error('Channel has been shut down');
    return new ClientCall(this, path, deadline);
  }

  place(call: ClientCall): void {
    switch (this.#state) {
      case 'ready':
        this.#transport?.open(call);
        return;
      case 'failing':
        nextTick(() => call.fail(this.#unavailable()));
        return;
      case 'shut down':
        nextTick(() => call.fail('Channel closed before call started'));
        return;
      case 'idle':
        this.#waiting.add(call);
        this.#connect('connecting');
        return;
      case 'connecting':
        this.#waiting.add(call);
    }
  }

  forget(call: ClientCall): void {
    this.#waiting.delete(call);
  }

  getTarget(): string {
    return this.target;
  }

  getConnectivityState(tryToConnect: boolean): connectivityState {
    if (tryToConnect && this.#state === 'idle') this.#connect('connecting');
    return realStates[this.#state];
  }

  watchConnectivityState(): never {
    throw new TrapError('watchConnectivityState has no twin');
  }

  getChannelzRef(): never {
    throw new TrapError('channelz has no twin');
  }

  #connect(state: 'connecting' | 'failing'): void {
    this.#state = state;
    this.#retryAtMs = theWorld().kernel.nowMs + this.#backoffMs;
    const next = Math.min(this.#backoffMs * backoffGrowth, this.#backoffMsMax);
    this.#backoffMs = next * this.#chance.between(1 - backoffJitter, 1 + backoffJitter);
    const transport: ClientTransport = new ClientTransport(this.#address, this.#options, {
      onReady: () => this.#onReady(),
      onFailed: (message) => this.#onFailed(message),
      onDisconnect: () => this.#onDisconnect(transport),
    });
    this.#transport = transport;
  }

  #onReady(): void {
    this.#state = 'ready';
    this.#backoffMs = this.#backoffMsMin;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const call of waiting) this.place(call);
  }

  #onFailed(message: string): void {
    if (this.#state === 'shut down') return;
    this.#transport = undefined;
    this.#state = 'failing';
    this.#lastError = message;
    for (const call of [...this.#waiting]) call.fail(this.#unavailable());
    const restMs = this.#retryAtMs - theWorld().kernel.nowMs;
    this.#retry = setTimeout(() => this.#connect('failing'), Math.max(1, restMs));
  }

  #onDisconnect(transport: ClientTransport): void {
    if (this.#state !== 'ready' || this.#transport !== transport) return;
    this.#transport = undefined;
    this.#state = 'idle';
  }

  #unavailable(): string {
    return `No connection established. Last error: ${this.#lastError}. Resolution note: `;
  }
}

function parse(target: string): { host: string; port: number } {
  const match = /^(?:dns:|ipv4:)?\/*([^:/[\]]+):(\d+)$/.exec(target);
  if (match?.[1] === undefined) throw new TrapError(`a target like ${target} has no twin`);
  return { host: match[1], port: Number(match[2]) };
}
