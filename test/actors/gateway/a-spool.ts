/** Spools in directories of their own, and films of bytes for them. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import pino from 'pino';
import { onTestFinished } from 'vitest';
import type { SpoolWish } from '../../../src/actors/gateway/spool-note.js';
import type { SpooledUpload } from '../../../src/actors/gateway/spooled-upload.js';
import { type SpoolOptions, UploadSpool } from '../../../src/actors/gateway/upload-spool.js';
import { type ErrorCode, ReelkeepError } from '../../../src/domain/errors.js';
import type { FileView } from '../../../src/domain/file-view.js';
import { digest, fileId, wallMs } from '../../../src/domain/ids.js';

export async function aSpoolDirectory(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'reelkeep-spool-'));
  onTestFinished(() => rm(parent, { recursive: true }));
  return join(parent, 'spool');
}

export async function openSpool(
  directory: string,
  options: Partial<SpoolOptions> = {},
): Promise<UploadSpool> {
  return await UploadSpool.open({
    directory,
    log: pino({ level: 'silent' }),
    spoolBytesMax: 1024 ** 3,
    reserve: { bytes: 0 },
    ...options,
  });
}

export const aWish: SpoolWish = {
  name: 'films/a.mp4',
  replace: false,
  owner: '',
  metadata: { filename: 'films/a.mp4' },
};

export const aFileView: FileView = {
  name: 'films/a.mp4',
  fileId: fileId('a'.repeat(32)),
  size: 10,
  digest: digest('d'.repeat(64)),
  createdAt: wallMs(0),
  target: 1,
  replicas: [],
  mp4: { readable: false, reason: 'none' },
} as unknown as FileView;

export const bytesOf = (...texts: readonly string[]): Readable =>
  Readable.from(texts.map((text) => Buffer.from(text)));

/** Says that much, and then that its connection is gone. */
export const breakingAfter = (...texts: readonly string[]): Readable =>
  Readable.from(
    (async function* () {
      for (const text of texts) yield Buffer.from(text);
      throw new Error('connection reset');
    })(),
  );

export async function aWholeUpload(spool: UploadSpool): Promise<SpooledUpload> {
  const upload = await spool.create({ ...aWish, life: 'kept', size: 4 });
  await upload.append(bytesOf('abcd'), 0);
  return upload;
}

export const failing = (code: ErrorCode) => async () => {
  throw new ReelkeepError(code, 'for a reason');
};

export async function failureOf(
  work: Promise<unknown>,
): Promise<readonly [ErrorCode | 'none', string]> {
  try {
    await work;
    return ['none', ''];
  } catch (error) {
    if (!(error instanceof ReelkeepError)) throw error;
    return [error.code, error.detail];
  }
}

export const partsIn = async (directory: string): Promise<readonly string[]> =>
  (await readdir(join(directory, 'uploads'))).filter((name) => name.endsWith('.part'));

export function found(upload: SpooledUpload | undefined): SpooledUpload {
  if (upload === undefined) throw new Error('it is not there');
  return upload;
}
