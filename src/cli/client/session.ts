/** What every client command works with: the options of the whole line, the cluster, and where to say what. */
import type { Cluster } from '../../actors/client/cluster.js';
import { parseAddress } from '../../domain/address.js';
import { ReelkeepError } from '../../domain/errors.js';
import { type Failure, failureText } from '../fail.js';
import { type ColorChoice, createPaint, type Paint, wantsColor } from '../paint.js';
import { Output } from './output.js';
import { ProgressDisplay } from './progress-display.js';
import type { ClientWorld } from './world.js';

export const programName = 'reelkeep';
const defaultMaster = '127.0.0.1:7000';

/** What a command does, and the exit code that it comes to. */
export type CommandWork = (session: Session) => Promise<number>;

export interface GlobalOptions {
  readonly master?: string;
  readonly credentials?: string;
  readonly json?: boolean;
  readonly timeout: number;
  readonly quiet?: boolean;
  readonly color: ColorChoice;
}

export class Session {
  readonly world: ClientWorld;
  readonly json: boolean;
  readonly paint: Paint;
  readonly out: Output;
  readonly progress: ProgressDisplay;
  readonly #quiet: boolean;
  readonly #options: GlobalOptions;
  #cluster: Promise<Cluster> | undefined;

  constructor(world: ClientWorld, options: GlobalOptions) {
    this.world = world;
    this.#options = options;
    this.json = options.json ?? false;
    this.#quiet = options.quiet ?? false;
    this.paint = createPaint(wantsColor(options.color, world.stdout.isTTY === true, world.env));
    this.out = new Output(world.stdout);
    this.progress = new ProgressDisplay(world.stderr, this.#quiet);
  }

  /**
   * Opened by the first command that needs it.
   * @throws ReelkeepError `usage` when the master's address is none
   */
  cluster(): Promise<Cluster> {
    const { env, interrupted } = this.world;
    const { credentials, timeout } = this.#options;
    this.#cluster ??= this.world.openCluster(
      { master: masterOf(this.#options, this.world), timeoutMs: timeout, signal: interrupted },
      credentials ?? (env['REELKEEP_CREDENTIALS'] || undefined),
    );
    return this.#cluster;
  }

  /** A message for people; nothing when they want quiet or read JSON. */
  say(text: string): void {
    if (!this.#quiet && !this.json) this.progress.say(text);
  }

  complain(failure: Failure): void {
    this.progress.say(failureText(failure, programName, this.json));
  }

  async close(): Promise<void> {
    this.progress.stop();
    // A cluster that could not be opened was told of by whoever asked for it.
    const [opened] = await Promise.allSettled([this.#cluster]);
    if (opened.status === 'fulfilled') await opened.value?.close();
  }
}

function masterOf({ master }: GlobalOptions, { env }: ClientWorld): string {
  const fromEnv = env['REELKEEP_MASTER'] || undefined;
  const address = master ?? fromEnv ?? defaultMaster;
  if (parseAddress(address) !== undefined) return address;
  const origin = master === undefined ? 'REELKEEP_MASTER' : '--master';
  throw new ReelkeepError('usage', `${origin} ${address}: give HOST:PORT`);
}
