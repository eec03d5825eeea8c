/** The identities that travel through Reelkeep, each with its own type so that none is passed for another. */
declare const brand: unique symbol;
type Branded<Value, Name extends string> = Value & { readonly [brand]: Name };

/** 32 lower-case hex digits, made once for each cluster. */
export type ClusterId = Branded<string, 'ClusterId'>;
/** 32 lower-case hex digits, chosen by the master; never used twice. */
export type FileId = Branded<string, 'FileId'>;
/** 32 lower-case hex digits, chosen by the client; the same one on each retry. */
export type UploadId = Branded<string, 'UploadId'>;
/** 1 to 64 characters of `[a-z0-9-]`, kept in the keeper's identity file. */
export type KeeperId = Branded<string, 'KeeperId'>;
/** BLAKE3, 64 lower-case hex digits. */
export type Digest = Branded<string, 'Digest'>;
/** Monotonic time of one process, in milliseconds. */
export type Millis = Branded<number, 'Millis'>;
/** Wall-clock time for people, in milliseconds since 1970; no decision rests on it. */
export type WallMs = Branded<number, 'WallMs'>;

const hex32 = /^[0-9a-f]{32}$/;
const hex64 = /^[0-9a-f]{64}$/;

export const clusterId = (text: string): ClusterId => text as ClusterId;
export const fileId = (text: string): FileId => text as FileId;
export const uploadId = (text: string): UploadId => text as UploadId;
export const keeperId = (text: string): KeeperId => text as KeeperId;
export const digest = (text: string): Digest => text as Digest;
export const millis = (value: number): Millis => value as Millis;
export const wallMs = (value: number): WallMs => value as WallMs;

export const isFileId = (text: string): text is FileId => hex32.test(text);
export const isUploadId = (text: string): text is UploadId => hex32.test(text);
export const isClusterId = (text: string): text is ClusterId => hex32.test(text);
export const isDigest = (text: string): text is Digest => hex64.test(text);
export const isKeeperId = (text: string): text is KeeperId => /^[a-z0-9-]{1,64}$/.test(text);
