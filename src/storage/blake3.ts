import { Blake3Hasher, blake3 as nativeBlake3 } from '@napi-rs/blake-hash';
import { type Digest, digest } from '../domain/ids.js';

/** BLAKE3 of bytes in any memory, shared or not; 32 bytes. */
export const blake3 = (bytes: Uint8Array): Uint8Array =>
  nativeBlake3(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));

/** BLAKE3 in its keyed mode; 32 bytes, as the key. */
export const keyedBlake3 = (key: Uint8Array, bytes: Uint8Array): Uint8Array =>
  Blake3Hasher.newKeyed(Buffer.from(key)).update(bytes).digestBuffer();

export const digestOf = (bytes: Uint8Array): Digest =>
  digest(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex'));
