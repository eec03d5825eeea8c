/**
 * The policy of a cluster as a file that its master reads, and reads again when it changes.
 *
 * While what stands there cannot be read nothing is granted: a policy that somebody has broken
 * must not be the one that somebody has taken rights out of.
 */
import { z } from 'zod';
import { ReelkeepError } from '../domain/errors.js';
import { normalizedName } from '../domain/names.js';
import { nothingGranted, type Policy, rights } from '../domain/policy.js';
import { isPrincipalName } from '../domain/principal.js';
import { credentialLimits } from './limits.js';
import { readSmallFile } from './small-file.js';
import { WatchedFiles } from './watched-files.js';

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
const prefix = z.string().transform((text, context): string => {
  const normalized = normalizedName(text);
  if (normalized !== undefined) return normalized;
  context.addIssue('no name begins with so much');
  return z.NEVER;
});
const schema = z.strictObject({
  format: z.literal(1),
  grants: z.array(
    z.strictObject({
      clients: z.array(clientName).min(1),
      prefixes: z.array(prefix).min(1),
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
  readonly #watch: WatchedFiles<string>;
  /** Nothing while what stands there is refused: what was in use is then taken anew. */
  #text: string | undefined;
  #policy: Policy;

  /** @throws ReelkeepError `usage`, which says what is wrong with it */
  static async open(options: PolicyFileOptions): Promise<PolicyFile> {
    const text = await readText(options.path);
    return new PolicyFile(options, text, parsePolicy(options.path, text));
  }

  private constructor(options: PolicyFileOptions, text: string, policy: Policy) {
    this.#text = text;
    this.#policy = policy;
    this.#watch = new WatchedFiles(
      {
        read: () => readText(options.path),
        isInUse: (there) => there === this.#text,
        take: (there) => {
          this.#policy = parsePolicy(options.path, there);
          this.#text = there;
          options.onNews('taken');
        },
        refuse: (reason) => {
          this.#policy = nothingGranted;
          this.#text = undefined;
          options.onNews(reason);
        },
      },
      options.reloadEveryMs,
    );
  }

  get policy(): Policy {
    return this.#policy;
  }

  close(): void {
    this.#watch.close();
  }
}

async function readText(path: string): Promise<string> {
  const bytesMax = credentialLimits.policyBytesMax;
  const file = await readSmallFile({ path, called: 'it', bytesMax });
  if (!file.ok) throw wrong(path, file.reason, file.cause);
  return file.bytes.toString('utf8');
}

/** @throws ReelkeepError `usage` */
export function parsePolicy(path: string, text: string): Policy {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw wrong(path, error instanceof Error ? error.message : String(error), error);
  }
  const { data, error } = judge(path, json);
  if (error === undefined) return { grants: data.grants };
  throw wrong(path, faultsText(error));
}

function faultsText({ issues }: z.ZodError): string {
  const { policyFaultsTold, policyFaultTextMax } = credentialLimits;
  const told = z.prettifyError(new z.ZodError(issues.slice(0, policyFaultsTold)));
  return told.replaceAll('\n', ' ').slice(0, policyFaultTextMax).toWellFormed();
}

function judge(path: string, json: unknown) {
  try {
    return schema.safeParse(json);
  } catch (error) {
    // Of some hundred thousand faults in one list the library's stack overflows.
    if (error instanceof RangeError) throw wrong(path, 'nearly all of it is wrong', error);
    throw error;
  }
}

const wrong = (path: string, why: string, cause?: unknown): ReelkeepError =>
  new ReelkeepError('usage', `--policy ${path}: ${why}`, { cause });
