/**
 * The policy of a cluster as a file that its master reads, and reads again when it changes.
 *
 * While what stands there cannot be read nothing is granted: a policy that somebody has broken
 * must not be the one that somebody has taken rights out of.
 */
import { open } from 'node:fs/promises';
import { z } from 'zod';
import { ReelkeepError } from '../domain/errors.js';
import { nothingGranted, type Policy, rights } from '../domain/policy.js';
import { isPrincipalName } from '../domain/principal.js';
import { credentialLimits } from './limits.js';

/** As an authority writes it. */
export const policyName = 'policy.json';

/** What an authority begins with: each of its clients may do everything, which is written down to be changed. */
export const openPolicy = {
  format: 1,
  grants: [{ clients: ['*'], prefixes: [''], may: [...rights] }],
} as const;

const clientName = z
  .string()
  .refine((name) => name === '*' || isPrincipalName(name), 'names of clients, or "*"');
const schema = z.strictObject({
  format: z.literal(1),
  grants: z.array(
    z.strictObject({
      clients: z.array(clientName).min(1),
      prefixes: z.array(z.string().transform((prefix) => prefix.normalize('NFC'))).min(1),
      may: z.array(z.enum(rights)).min(1),
    }),
  ),
});

export interface PolicyFileOptions {
  readonly path: string;
  readonly reloadEveryMs?: number;
  /** Taken, or why nothing is granted now. */
  onNews(news: 'taken' | ReelkeepError): void;
}

export class PolicyFile {
  readonly #options: PolicyFileOptions;
  readonly #looking: NodeJS.Timeout;
  #text: string;
  #policy: Policy;
  #told = '';
  #isLooking = false;

  /** @throws ReelkeepError `usage`, which says what is wrong with it */
  static async open(options: PolicyFileOptions): Promise<PolicyFile> {
    const text = await readText(options.path);
    return new PolicyFile(options, text, parse(options.path, text));
  }

  private constructor(options: PolicyFileOptions, text: string, policy: Policy) {
    this.#options = options;
    this.#text = text;
    this.#policy = policy;
    const { reloadEveryMs = credentialLimits.reloadEveryMs } = options;
    this.#looking = setInterval(() => void this.#look(), reloadEveryMs).unref();
  }

  get policy(): Policy {
    return this.#policy;
  }

  close(): void {
    clearInterval(this.#looking);
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const { path, onNews } = this.#options;
    try {
      const text = await readText(path);
      if (text === this.#text && this.#told === '') return;
      this.#policy = parse(path, text);
      this.#text = text;
      this.#told = '';
      onNews('taken');
    } catch (error) {
      if (!(error instanceof ReelkeepError)) throw error;
      this.#policy = nothingGranted;
      // Once, not every few seconds.
      if (this.#told !== error.detail) onNews(error);
      this.#told = error.detail;
    } finally {
      this.#isLooking = false;
    }
  }
}

async function readText(path: string): Promise<string> {
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      if (size > credentialLimits.policyBytesMax) throw wrong(path, 'it is too long');
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof ReelkeepError) throw error;
    throw wrong(path, error instanceof Error ? error.message : String(error), error);
  }
}

function parse(path: string, text: string): Policy {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw wrong(path, error instanceof Error ? error.message : String(error), error);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { grants: parsed.data.grants };
  throw wrong(path, z.prettifyError(parsed.error).replaceAll('\n', ' '));
}

const wrong = (path: string, why: string, cause?: unknown): ReelkeepError =>
  new ReelkeepError('usage', `--policy ${path}: ${why}`, { cause });
