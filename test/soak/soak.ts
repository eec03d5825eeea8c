/**
 * A soak: clients at work on one cluster of real processes while something breaks every ten seconds,
 * then peace, in which all must come to rest. Every answer that a client was given is judged at the end.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { HistoryRecorder } from '../simulation/history/recorder.js';
import { Budget } from './budget.js';
import { Contents } from './contents.js';
import { faults } from './faults/all-faults.js';
import { type Finding, Findings } from './findings.js';
import { judgeHistory } from './judge-history.js';
import { makePeace, readEveryName } from './peace.js';
import { clientCount, drawErrands, drawStrikes } from './plan.js';
import { type Resources, readResources } from './resources.js';
import { SoakClient, type SoakStage } from './soak-client.js';
import { SoakCluster } from './soak-cluster.js';
import { Tally, tellOperations, tellResources } from './tally.js';
import { makeTrouble } from './trouble.js';

export interface SoakOptions {
  readonly seed: number;
  /** For so long clients work and faults strike. */
  readonly troubleMs: number;
  readonly say: (line: string) => void;
  /** Ends it early, without a verdict. */
  readonly signal?: AbortSignal;
}

export interface SoakReport {
  readonly findings: readonly Finding[];
  /** Kept when something was found broken: logs, disks, and the history. */
  readonly dir: string;
}

const progressEveryMs = 30_000;

export async function soak({ say, signal, ...options }: SoakOptions): Promise<SoakReport> {
  const dir = await mkdtemp(join(tmpdir(), 'reelkeep-soak-'));
  const findings = new Findings();
  signal?.addEventListener('abort', () => findings.stop(), { once: true });
  const beganMs = performance.now();
  const tell = (text: string): void =>
    say(`${((performance.now() - beganMs) / 1000).toFixed(1).padStart(8)} s  ${text}`);
  tell(`seed ${options.seed}; ${clientCount} clients, logs in ${dir}`);
  const cluster = await SoakCluster.start(dir, findings);
  const stage = { cluster, findings, contents: new Contents(), history: new HistoryRecorder() };
  try {
    await new Soak(stage, options, tell).run();
  } finally {
    await cluster.end();
  }
  if (signal?.aborted !== true) judgeHistory(stage.history.history, findings);
  for (const { rule, detail } of findings.all) tell(`${rule} is broken: ${detail}`);
  if (findings.all.length === 0) await rm(dir, { recursive: true });
  else await writeFile(join(dir, 'history.json'), JSON.stringify(stage.history.history, null, 1));
  return { findings: findings.all, dir };
}

class Soak {
  readonly #stage: SoakStage;
  readonly #options: Pick<SoakOptions, 'seed' | 'troubleMs'>;
  readonly #tell: (text: string) => void;
  readonly #clients: readonly SoakClient[];
  readonly #strikes = new Tally();

  constructor(
    stage: SoakStage,
    options: Pick<SoakOptions, 'seed' | 'troubleMs'>,
    tell: (text: string) => void,
  ) {
    this.#stage = stage;
    this.#options = options;
    this.#tell = tell;
    this.#clients = Array.from(
      { length: clientCount },
      (_, index) => new SoakClient(`c${index + 1}`, stage),
    );
  }

  async run(): Promise<void> {
    const { cluster, findings } = this.#stage;
    // A master that finds a table checks it in a child, for which Node keeps one descriptor for ever.
    await cluster.stop('master');
    await cluster.start('master');
    await cluster.ask('status', '--wait-healthy', '60');
    const starting = await this.#resources();
    this.#tell(`${cluster.names.length} servers are ready`);
    await this.#trouble();
    this.#tell('peace');
    if (!findings.stopped.aborted) {
      const tookMs = await makePeace(this.#stage, starting);
      if (tookMs !== undefined) this.#tell(`at rest after ${(tookMs / 1000).toFixed(1)} s`);
      await this.#sumUp(starting);
      this.#tell('every name is read once more');
      await readEveryName(this.#stage);
    } else await this.#sumUp(starting);
  }

  async #trouble(): Promise<void> {
    const { seed, troubleMs } = this.#options;
    const { cluster, contents, findings } = this.#stage;
    const kinds = faults.map(({ kind }) => kind);
    const peace = after(troubleMs, findings.stopped);
    const work = this.#clients.map((client, index) => client.work(drawErrands(seed, index), peace));
    const trouble = makeTrouble({
      arena: { cluster, contents, budget: new Budget(cluster, contents), clients: this.#clients },
      findings,
      strikes: drawStrikes(seed, kinds, troubleMs),
      peace,
      onStrike: ({ kind, forMs }, struck) => {
        this.#strikes.add(struck === undefined ? `${kind}: spared` : kind);
        this.#tell(
          struck === undefined ? `${kind}: nobody may be struck` : `${struck} (${forMs} ms)`,
        );
      },
    });
    const progress = this.#tellProgress(peace);
    await Promise.all([...work, trouble, progress]);
  }

  async #tellProgress(peace: AbortSignal): Promise<void> {
    while (!peace.aborted) {
      // Cut short at the end.
      await delay(progressEveryMs, undefined, { signal: peace }).catch(() => undefined);
      const { history } = this.#stage.history;
      const settled = history.filter(({ returnedAt }) => returnedAt !== undefined).length;
      this.#tell(`${history.length} operations begun, ${settled} ended`);
    }
  }

  async #resources(): Promise<ReadonlyMap<string, Resources>> {
    const { cluster } = this.#stage;
    const read = cluster.names.map(
      async (name) => [name, await readResources(cluster.pidOf(name))] as const,
    );
    return new Map(await Promise.all(read));
  }

  async #sumUp(starting: ReadonlyMap<string, Resources>): Promise<void> {
    const { history: recorder, findings, contents } = this.#stage;
    this.#tell('strikes:');
    for (const line of this.#strikes.lines) this.#tell(line);
    const { count, bytes } = contents.made;
    this.#tell(`${count} films of ${Math.round(bytes / 1024 / 1024)} MiB were made`);
    this.#tell(`${recorder.history.length} operations:`);
    for (const line of tellOperations(recorder.history)) this.#tell(line);
    if (findings.stopped.aborted) return;
    for (const [name, end] of await this.#resources()) {
      const start = starting.get(name);
      if (start !== undefined) this.#tell(tellResources(name, start, end));
    }
  }
}

/** Aborted after so long, or sooner by the other one. `AbortSignal.any` may be collected before it is. */
function after(ms: number, sooner: AbortSignal): AbortSignal {
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(), ms);
  const abort = (): void => {
    clearTimeout(timer);
    end.abort();
  };
  if (sooner.aborted) abort();
  else sooner.addEventListener('abort', abort, { once: true });
  return end.signal;
}
