/** What is remembered of an upload while nobody is connected, also across a restart of the gateway. */
import { z } from 'zod';
import { fileBytesMax } from '../../domain/chunk-plan.js';
import { isErrorCode, type PlainError } from '../../domain/errors.js';
import {
  type Digest,
  digest,
  isDigest,
  isUploadId,
  type UploadId,
  uploadId,
} from '../../domain/ids.js';
import { acceptName } from '../../domain/names.js';

/** What its owner wants to have stored. */
export interface SpoolWish {
  readonly name: string;
  /** Replicas; the master's default when absent. */
  readonly target?: number | undefined;
  readonly acks?: number | undefined;
  readonly replace: boolean;
  /** Whose it is: of one session; empty where nobody logs in. */
  readonly owner: string;
  /** As the client gave them, to be told again. */
  readonly metadata: Readonly<Record<string, string | null>>;
}

export interface SpoolNote extends SpoolWish {
  readonly size: number;
  readonly createdAt: number;
  readonly touchedAt: number;
  /** So many bytes are on the disk, whatever happens. */
  readonly durableBytes: number;
  /** By which the cluster knows this upload, on each try. */
  readonly uploadId: UploadId;
  readonly outcome: SpoolOutcome;
}

type SpoolOutcome =
  | { readonly type: 'open' }
  | { readonly type: 'stored'; readonly digest: Digest }
  /** For good: its bytes are gone. */
  | { readonly type: 'refused'; readonly error: PlainError };

const count = z.number().int().nonnegative();
const noteSchema = z.object({
  format: z.literal(1),
  name: z.string().refine((name) => acceptName(name).ok),
  target: count.optional(),
  acks: count.optional(),
  replace: z.boolean(),
  owner: z.string(),
  metadata: z.record(z.string(), z.string().nullable()),
  size: count.max(fileBytesMax),
  createdAt: count,
  touchedAt: count,
  durableBytes: count,
  uploadId: z.string().refine(isUploadId).transform(uploadId),
  outcome: z.discriminatedUnion('type', [
    z.object({ type: z.literal('open') }),
    z.object({
      type: z.literal('stored'),
      digest: z.string().refine(isDigest).transform(digest),
    }),
    z.object({
      type: z.literal('refused'),
      error: z.object({ code: z.string().refine(isErrorCode), detail: z.string() }),
    }),
  ]),
});

export const noteText = (note: SpoolNote): string => JSON.stringify({ format: 1, ...note });

/** @returns undefined for what is damaged, or of a newer version */
export function parseNote(text: string): SpoolNote | undefined {
  const parsed = noteSchema.safeParse(parseJson(text));
  if (!parsed.success || parsed.data.durableBytes > parsed.data.size) return undefined;
  const { format: _, ...note } = parsed.data;
  return note;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
