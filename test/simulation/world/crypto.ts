/** Twin of `node:crypto`: what it computes is real, its dice are those of the process. */
import { thisProcess } from './world.js';

export {
  constants,
  createHash,
  createHmac,
  createPrivateKey,
  timingSafeEqual,
  X509Certificate,
} from 'node:crypto';

export const randomBytes = (count: number): Buffer => thisProcess('chance').chance.bytes(count);
