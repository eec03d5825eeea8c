import { blake3 as nativeBlake3 } from '@napi-rs/blake-hash';
import { type Digest, digest } from '../domain/ids.js';

/** BLAKE3 of bytes in any memory, shared or not; 32 bytes. */
export const blake3 = (bytes: Uint8Array): Uint8Array =>
  nativeBlake3(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));

export const digestOf = (bytes: Uint8Array): Digest =>
  digest(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex'));
