/** Has the replicas of a file read again, and tells what each keeper found as it is known: a line of JSON each. */
import { Readable } from 'node:stream';
import { ReelkeepError, toPlainError } from '../../domain/errors.js';
import type { Cluster, Verification } from '../client/cluster.js';
import { timeText } from '../client/file-json.js';
import { apiLimits } from './api-limits.js';
import type { VerificationJson } from './api-shapes.js';
import { toDetailJson } from './detail-json.js';

export class Verifier {
  readonly #cluster: Pick<Cluster, 'stat' | 'verify'>;
  #running = 0;

  constructor(cluster: Pick<Cluster, 'stat' | 'verify'>) {
    this.#cluster = cluster;
  }

  /** @throws ReelkeepError for a file that is not there, before anything is read */
  async begin(name: string): Promise<Readable> {
    await this.#cluster.stat(name);
    if (this.#running >= apiLimits.verificationsMax)
      throw new ReelkeepError('unavailable', 'too many verifications run already');
    this.#running += 1;
    const lines = new Readable({ read: () => undefined });
    // Of a large file the first word may come late.
    const pulse = setInterval(() => lines.push('\n'), apiLimits.verifyPulseMs);
    lines.once('close', () => clearInterval(pulse));
    // Keepers read on when whoever asked has gone: his place is not free before they have told.
    void this.#tellInto(lines, name).finally(() => {
      clearInterval(pulse);
      this.#running -= 1;
      if (!lines.destroyed) lines.push(null);
    });
    return lines;
  }

  async #tellInto(lines: Readable, name: string): Promise<void> {
    const tell = (told: VerificationJson): void => {
      if (!lines.destroyed) lines.push(`${JSON.stringify(told)}\n`);
    };
    try {
      for await (const told of this.#cluster.verify(name)) tell(toVerificationJson(told));
    } catch (error) {
      const { code, detail } = toPlainError(error);
      tell({ error: { code, message: detail } });
    }
  }
}

const toVerificationJson = (told: Verification): VerificationJson =>
  told.type === 'file'
    ? { type: 'file', file: toDetailJson(told.file) }
    : { ...told, verifiedAt: timeText(told.verifiedAt) };
