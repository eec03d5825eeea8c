/** A connection of a gRPC client, from its dial to its end, with the calls on it. */
import { theWorld, thisProcess } from '../world.js';
import type { Dial } from './dial.js';
import type { End } from './end.js';
import type { ClientCall } from './grpc-call.js';
import { type ClientFrame, type ServerFrame, sendFrame } from './grpc-frames.js';
import type { ChannelOptions } from './grpc-real.js';
import { Keepalive, keepaliveTimes } from './keepalive.js';

export interface TransportEvents {
  /** The server has said hello. */
  onReady(): void;
  /** Before `onReady`. */
  onFailed(message: string): void;
  /** After `onReady`, once: no new call may use it. */
  onDisconnect(): void;
}

type Life = 'dialling' | 'ready' | 'leaving' | 'gone';

export class ClientTransport {
  readonly peer: string;
  readonly #events: TransportEvents;
  readonly #dial: Dial;
  readonly #calls = new Map<number, ClientCall>();
  readonly #keepalive: Keepalive;
  #end: End | undefined;
  #life: Life = 'dialling';
  #lastId = 0;

  constructor(
    { host, port }: { readonly host: string; readonly port: number },
    options: Partial<ChannelOptions>,
    events: TransportEvents,
  ) {
    this.peer = `${host}:${port}`;
    this.#events = events;
    this.#keepalive = new Keepalive({
      ...keepaliveTimes(options),
      isWanted: () => this.#life !== 'gone' && this.#calls.size > 0,
      ping: () => this.send({ kind: 'ping' }),
      giveUp: () => this.#onGone('Ping timeout'),
    });
    const process = thisProcess('a gRPC connection');
    this.#dial = theWorld().network.dial(
      process,
      { host, port },
      {
        onConnected: (end) => this.#use(end),
        onFailed: (error) => this.#onGone(`Error: ${error.message}`),
      },
    );
  }

  open(call: ClientCall): void {
    this.#lastId += 1;
    this.#calls.set(this.#lastId, call);
    if (this.#calls.size === 1) this.#keepalive.start();
    call.open(this, this.#lastId);
  }

  send(frame: ClientFrame): void {
    if (this.#end !== undefined && this.#life !== 'gone') sendFrame(this.#end, frame);
  }

  forget(id: number): void {
    this.#calls.delete(id);
    if (this.#life === 'leaving') this.#closeWhenIdle();
  }

  /** Lets the calls on it come to their end. */
  shutDown(): void {
    if (this.#life === 'dialling') this.#leave();
    if (this.#life !== 'ready') return;
    this.#life = 'leaving';
    this.#closeWhenIdle();
  }

  #use(end: End): void {
    this.#end = end;
    end.handle({
      onMessage: (frame, bytes) => {
        end.taken(bytes);
        this.#hear(frame as ServerFrame);
      },
      onFinish: () => this.#onGone('Socket closed'),
      onBroken: (error) => this.#onGone(error.message),
    });
  }

  #hear(frame: ServerFrame): void {
    if (this.#life === 'gone') return;
    switch (frame.kind) {
      case 'settings':
        if (this.#life !== 'dialling') return;
        this.#life = 'ready';
        this.#events.onReady();
        return;
      case 'go away':
        if (this.#life !== 'ready') return;
        this.#life = 'leaving';
        this.#events.onDisconnect();
        this.#closeWhenIdle();
        return;
      case 'ping':
        this.send({ kind: 'pong' });
        return;
      case 'pong':
        this.#keepalive.onPong();
        return;
      default:
        this.#calls.get(frame.id)?.hear(frame);
    }
  }

  #onGone(message: string): void {
    const before = this.#life;
    if (before === 'gone') return;
    this.#leave();
    if (before === 'dialling') this.#events.onFailed(message);
    if (before === 'ready') this.#events.onDisconnect();
    for (const call of [...this.#calls.values()]) call.fail('Connection dropped');
    this.#calls.clear();
  }

  #closeWhenIdle(): void {
    if (this.#calls.size === 0) this.#leave();
  }

  #leave(): void {
    this.#life = 'gone';
    this.#keepalive.stop();
    this.#dial.cancel();
    this.#end?.close();
  }
}
