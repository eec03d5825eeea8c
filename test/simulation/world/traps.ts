/** Twins of what no production code has a use for: whoever calls them is told so. */
import { TrapError } from './world.js';

function trap(name: string): never {
  throw new TrapError(`${name} has no twin`);
}

export const setImmediate = (): never => trap('setImmediate');
export const fetch = (): never => trap('fetch');
export const random = (): never => trap('Math.random');
export const crypto = {
  get randomUUID(): never {
    return trap('crypto.randomUUID');
  },
  get getRandomValues(): never {
    return trap('crypto.getRandomValues');
  },
};
