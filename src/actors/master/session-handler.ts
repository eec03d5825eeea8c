/** A keeper's session: heartbeats up, the master's term and its commands down. */
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { ReelkeepError } from '../../domain/errors.js';
import { isUploadId, type KeeperId } from '../../domain/ids.js';
import type { SessionRequest, SessionResponse } from '../../rpc/generated/reelkeep/v1/keeper.js';
import { fromScrubMessage } from '../../rpc/scrub-message.js';
import { toStatus } from '../../rpc/status.js';
import type { Command, KeeperSessionHandle } from './keeper-directory.js';
import { stampedBy } from './keeper-handlers.js';
import { toKeyMessage } from './ticket-office.js';
import type { MasterWorld } from './world.js';

type SessionStream = ServerDuplexStream<SessionRequest, SessionResponse>;

/** A keeper that lets so many messages pile up unread is cut off, and registers anew. */
const unsentMessagesMax = 10_000;

export function createSessionHandler(world: MasterWorld): (stream: SessionStream) => void {
  return (stream) => new KeeperSession(world, stream).start();
}

class KeeperSession implements KeeperSessionHandle {
  readonly #world: MasterWorld;
  readonly #stream: SessionStream;
  #keeper: KeeperId | undefined;
  #incarnation = 0;
  #leaving = false;
  #ended = false;
  #unsent = 0;

  constructor(world: MasterWorld, stream: SessionStream) {
    this.#world = world;
    this.#stream = stream;
  }

  start(): void {
    this.#stream.on('data', (beat: SessionRequest) => this.#onBeat(beat));
    this.#stream.on('end', () => this.#onEnd());
    this.#stream.on('cancelled', () => this.#onEnd());
    this.#stream.on('error', () => this.#onEnd());
  }

  send(command: Command): void {
    this.#write(command);
  }

  /** A newer session of the same keeper has taken over. */
  close(): void {
    this.#ended = true;
    this.#stream.end();
  }

  #onBeat(beat: SessionRequest): void {
    if (this.#ended) return;
    try {
      const { keeper, incarnation } = stampedBy(this.#world, beat.stamp);
      if (this.#keeper === undefined) {
        this.#requireLastKey(keeper, beat.ticketKeyId);
        this.#attach(keeper, incarnation);
      }
      this.#leaving = beat.leaving;
      this.#takeBeat(keeper, incarnation, beat);
    } catch (error) {
      // A stamp that is not current: the keeper learns why and registers anew.
      this.#cut(error);
    }
  }

  /** As an event: a stream that is destroyed sends no status and tells nobody. */
  #cut(reason: unknown): void {
    this.#stream.emit('error', toStatus(reason));
  }

  /** A registration that was late may have been taken in after the one that the keeper goes by. */
  #requireLastKey(keeper: KeeperId, keyId: number): void {
    const last = this.#world.tickets.keyIdOf(keeper);
    if (keyId !== last)
      throw new ReelkeepError('stale', `${keeper} goes by ticket key ${keyId}, not by ${last}`);
  }

  #attach(keeper: KeeperId, incarnation: number): void {
    this.#keeper = keeper;
    this.#incarnation = incarnation;
    this.#world.keepers.attach(keeper, this);
    this.#world.drops.wake(keeper);
  }

  #takeBeat(keeper: KeeperId, incarnation: number, beat: SessionRequest): void {
    const { freeBytes, usedBytes, transfers, diskSuspect } = beat;
    this.#world.monitor.post({ type: 'heartbeat', keeper, incarnation });
    this.#world.tickets.goesBy(keeper, beat.ticketKeyId, this.#world.clockMs());
    this.#world.keepers.beat(
      keeper,
      { freeBytes, usedBytes, transfers, diskSuspect },
      this.#world.clockMs(),
    );
    const { scrub, traffic } = beat;
    this.#world.keepers.note(keeper, {
      ...(scrub && { scrub: fromScrubMessage(scrub) }),
      ...(traffic && { traffic }),
    });
    const uploadIds = beat.uploadIds.filter(isUploadId);
    if (uploadIds.length > 0)
      this.#world.table
        .ask('touch uploads', { uploadIds })
        .catch((error: unknown) => this.#world.log.error({ err: error }, 'uploads not touched'));
    this.#write(undefined);
  }

  #write(command: Command | undefined): void {
    if (this.#ended) return;
    if (this.#unsent >= unsentMessagesMax) {
      this.#cut(new ReelkeepError('unavailable', 'the keeper does not read what it is told'));
      return;
    }
    const { epoch, commit } = this.#world.summary();
    const masterClockMs = Math.floor(this.#world.clockMs());
    this.#unsent += 1;
    const ticketKey = this.#dueKey();
    this.#stream.write({ epoch, commit, masterClockMs, command, ticketKey }, () => {
      this.#unsent -= 1;
    });
  }

  #dueKey() {
    if (this.#keeper === undefined) return undefined;
    const due = this.#world.tickets.dueKey(this.#keeper, this.#world.clockMs());
    return due && toKeyMessage(due);
  }

  #onEnd(): void {
    if (!this.#ended) this.#stream.end();
    this.#ended = true;
    const keeper = this.#keeper;
    if (keeper === undefined || !this.#world.keepers.detach(keeper, this, this.#leaving)) return;
    this.#world.log.warn({ keeper, leaving: this.#leaving }, 'session ended');
    this.#world.monitor.post({ type: 'stream broke', keeper, incarnation: this.#incarnation });
  }
}
