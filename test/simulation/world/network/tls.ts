/** Twin of `node:tls`, of which only what computes is there: no simulated process has a certificate. */
import { TrapError } from '../world.js';

export { createSecureContext } from 'node:tls';

export const connect = (): never => trap('tls.connect');
export const createServer = (): never => trap('tls.createServer');

function trap(name: string): never {
  throw new TrapError(`${name} has no twin`);
}
