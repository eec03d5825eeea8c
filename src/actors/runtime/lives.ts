/**
 * Whose life a task of a machine is part of.
 *
 * To give a machine its world builds all of its states anew, which costs more than a short life of
 * it. So a machine that lives often is given its world once, and each of its tasks is told by the
 * actor system, of which every life is the root of its own, what it is to act on.
 */
import assert from 'node:assert/strict';
import type { AnyActorRef } from 'xstate';

type System = AnyActorRef['system'];

export class Lives<Life> {
  readonly #lives = new WeakMap<System, Life>();

  /** To be called before the actor is started. */
  begin(actor: AnyActorRef, life: Life): void {
    this.#lives.set(actor.system, life);
  }

  of(system: System): Life {
    const life = this.#lives.get(system);
    assert(life !== undefined, 'a task runs in a life that has begun');
    return life;
  }
}
