/** The life of a process machine as two promises: when it first serves, and how it ended. */
import type { AnyActorRef, SnapshotFrom } from 'xstate';

export interface MachineLife {
  /** Rejects when the machine ends before it ever served. */
  readonly ready: Promise<void>;
  /** Rejects with the machine's failure, if it kept one. */
  readonly ended: Promise<void>;
}

interface LivingSnapshot {
  readonly status: string;
  readonly context: { readonly failure: unknown };
}

/** To be called before the actor is started; `isReady` is asked on each change. */
export function watchLife<Actor extends AnyActorRef>(
  actor: Actor,
  isReady: (snapshot: SnapshotFrom<Actor>) => boolean,
): MachineLife {
  const ready = new Deferred();
  const ended = new Deferred();
  const end = (failure: unknown): void => {
    ready.reject(failure ?? new Error('it ended before it served'));
    if (failure === undefined) ended.resolve();
    else ended.reject(failure);
  };
  actor.subscribe({
    next: (snapshot: SnapshotFrom<Actor>) => {
      if (isReady(snapshot)) ready.resolve();
    },
    error: end,
    complete: () => end((actor.getSnapshot() as LivingSnapshot).context.failure),
  });
  // Whoever asks for one of the two learns of it there; the other must not end the process.
  ready.promise.catch(() => undefined);
  ended.promise.catch(() => undefined);
  return { ready: ready.promise, ended: ended.promise };
}

class Deferred {
  resolve: () => void = () => undefined;
  reject: (reason: unknown) => void = () => undefined;
  readonly promise = new Promise<void>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });
}
