/**
 * Entry operations on their way from the written plane to the durable one.
 *
 * Each is whole or absent on the durable plane. They may reach it in any order, but for what every
 * file system keeps: one that touches a name or an object that an earlier one touched never
 * without that one; directories move in their order; a directory vanishes after what was taken out
 * of it. So no subset that survives loses a file that nobody removed, or makes a ring. But what was
 * moved into a new directory goes with it, if the power takes that: its own name must be synced too.
 */
import type { Chance } from '../chance.js';
import type { DirectoryNode, Node, Slot } from './inodes.js';

export interface EntryChange extends Slot {
  /** What stands there afterwards. */
  readonly node: Node | undefined;
}

export interface EntryOperation {
  readonly changes: readonly EntryChange[];
  /** What it puts somewhere or takes away. */
  readonly objects: readonly Node[];
  /** Not durable without these. */
  needs: readonly EntryOperation[];
  /** `doomed`: a sync failed, the operating system takes it for clean, and it is durable only if a later one that needs it is synced. */
  state: 'unsynced' | 'doomed' | 'durable' | 'lost';
}

export class EntryJournal {
  /** Unsynced and doomed, in order. */
  readonly #open = new Set<EntryOperation>();
  #lastDirectoryMove: EntryOperation | undefined;

  /** The caller has changed the written plane. */
  add(changes: readonly EntryChange[], objects: readonly Node[]): void {
    const needs = this.#needs(changes, objects);
    const operation: EntryOperation = { changes, objects, needs, state: 'unsynced' };
    this.#open.add(operation);
    for (const { directory, name } of changes) {
      directory.lastOperations.set(name, operation);
      directory.unsynced.add(operation);
    }
    for (const object of objects) object.lastOperation = operation;
    if (isDirectoryMove(changes, objects)) this.#lastDirectoryMove = operation;
  }

  sync(directory: DirectoryNode): void {
    for (const operation of [...directory.unsynced]) this.#makeDurable(operation);
  }

  /** Whether a power cut finds under a name what is durable there now. */
  isCertain({ directory, name }: Slot): boolean {
    const operation = directory.lastOperations.get(name);
    return operation === undefined || willBeLost(operation);
  }

  /** Makes what happened to one name durable. */
  settle({ directory, name }: Slot): void {
    const operation = directory.lastOperations.get(name);
    if (operation !== undefined) this.#makeDurable(operation);
  }

  failSync(directory: DirectoryNode): void {
    for (const operation of [...directory.unsynced]) {
      operation.state = 'doomed';
      for (const change of operation.changes) change.directory.unsynced.delete(operation);
    }
  }

  syncAll(): void {
    for (const operation of this.#open)
      if (operation.state === 'unsynced') this.#end(operation, 'durable');
  }

  powerCut(chance: Chance, odds: number): void {
    for (const operation of this.#open) {
      const survives = operation.state === 'unsynced' && chance.isHit(odds);
      const stands = operation.needs.every(({ state }) => state === 'durable');
      this.#end(operation, survives && stands ? 'durable' : 'lost');
    }
    this.forget();
  }

  /** Nothing is under way any more. */
  forget(): void {
    for (const operation of this.#open) this.#end(operation, 'lost');
    this.#lastDirectoryMove = undefined;
  }

  #needs(changes: readonly EntryChange[], objects: readonly Node[]): readonly EntryOperation[] {
    const needs = new Set<EntryOperation | undefined>();
    for (const { directory, name } of changes) needs.add(directory.lastOperations.get(name));
    for (const object of objects) {
      needs.add(object.lastOperation);
      if (object.kind !== 'directory') continue;
      if (object.links === 0) for (const operation of operationsIn(object)) needs.add(operation);
    }
    if (isDirectoryMove(changes, objects)) needs.add(this.#lastDirectoryMove);
    return [...needs].filter(isStillOpen);
  }

  /** With all that it needs, those first. */
  #makeDurable(operation: EntryOperation): void {
    const stack = [operation];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const missing = top.needs.filter(isOpen);
      if (missing.length > 0) stack.push(...missing);
      else {
        stack.pop();
        if (isOpen(top)) this.#end(top, 'durable');
      }
    }
  }

  #end(operation: EntryOperation, state: 'durable' | 'lost'): void {
    operation.state = state;
    operation.needs = [];
    this.#open.delete(operation);
    for (const { directory, name, node } of operation.changes) {
      directory.unsynced.delete(operation);
      if (directory.lastOperations.get(name) === operation) directory.lastOperations.delete(name);
      if (state === 'lost') continue;
      if (node === undefined) directory.durable.delete(name);
      else directory.durable.set(name, node);
    }
    for (const object of operation.objects)
      if (object.lastOperation === operation) object.lastOperation = undefined;
  }
}

const isOpen = ({ state }: EntryOperation): boolean => state === 'unsynced' || state === 'doomed';

const isStillOpen = (operation: EntryOperation | undefined): operation is EntryOperation =>
  operation !== undefined && isOpen(operation);

const willBeLost = ({ state, needs }: EntryOperation): boolean =>
  state === 'doomed' && needs.filter(isOpen).every(willBeLost);

const isDirectoryMove = (changes: readonly EntryChange[], objects: readonly Node[]): boolean =>
  changes.length > 1 && objects[0]?.kind === 'directory';

const operationsIn = (directory: DirectoryNode): Iterable<EntryOperation> =>
  new Set([...directory.unsynced, ...directory.lastOperations.values()]);
