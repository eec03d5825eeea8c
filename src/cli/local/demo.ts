/**
 * `npm run demo`: the main job, told while it happens.
 *
 * A master and four keepers run as processes; a film is stored, read from all its
 * replicas, loses one of them to a killed keeper, gets it back, and is read again. What
 * is printed was measured; a digest that does not match ends it with exit code 1.
 */

import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReelkeepError } from '../../domain/errors.js';
import { failureOf, failureText } from '../fail.js';
import { createPaint, wantsColor } from '../paint.js';
import { sizeText } from '../size-text.js';
import { LocalCluster } from './local-cluster.js';
import { type ProgramRun, runClientProcess } from './run-program.js';

const repairWaitSeconds = 30;

interface ReplicaJson {
  readonly keeper: string;
  readonly address: string;
  readonly state: string;
  readonly path: string;
}

interface KeeperJson {
  readonly keeper: string;
  readonly state: string;
}

interface FileJson {
  readonly digest: string;
  readonly replicas: readonly ReplicaJson[];
}

/** @returns the exit code */
export async function runDemo(argv: readonly string[]): Promise<number> {
  const dataDir = await mkdtemp(join(tmpdir(), 'reelkeep-demo-'));
  try {
    const film = argv[0] ?? createRequire(import.meta.url).resolve('#fixtures/clip.mp4');
    await new Demo(dataDir, film).run();
    return 0;
  } catch (error) {
    const failure = failureOf(error);
    process.stderr.write(`${failureText(failure, 'reelkeep demo', false)}\n`);
    return failure.exit;
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

class Demo {
  readonly #dataDir: string;
  readonly #film: string;
  readonly #paint = createPaint(wantsColor('auto', process.stdout.isTTY, process.env));
  readonly #beganMs = performance.now();

  constructor(dataDir: string, film: string) {
    this.#dataDir = dataDir;
    this.#film = film;
  }

  async run(): Promise<void> {
    const cluster = await LocalCluster.start({
      dataDir: this.#dataDir,
      masterPort: 0,
      keeperPorts: [0, 0, 0, 0],
    });
    // Ctrl-C in the middle leaves nothing behind.
    const stop = (): void => void cluster.stop();
    process.once('SIGINT', stop).once('SIGTERM', stop);
    try {
      const keepers = cluster.keepers.map((keeper) => keeper.ready.port).join(', ');
      this.#say(`A master on port ${cluster.master.ready.port}, four keepers on ${keepers}.`);
      await this.#tell(cluster);
    } finally {
      process.off('SIGINT', stop).off('SIGTERM', stop);
      await cluster.stop();
    }
    this.#say(`Done in ${this.#seconds()} s; everything has been cleaned up.`);
  }

  async #tell(cluster: LocalCluster): Promise<void> {
    const original = await sha256(this.#film);
    const { size } = await stat(this.#film);
    const source = join(this.#dataDir, 'film.mp4');
    await cp(this.#film, source);

    this.#say(`A film of ${sizeText(size)} goes in. sha256 ${original.slice(0, 16)}…`);
    this.#show(await this.#client(cluster, ['put', source]));
    await this.#client(cluster, ['status', '--wait-healthy', String(repairWaitSeconds)]);
    const stored = await this.#stat(cluster);
    this.#show(await this.#client(cluster, ['stat', 'film.mp4']));
    await this.#checkReplicas(cluster, stored, original);

    this.#say('It is read from all three replicas at once.');
    await this.#read(cluster, 'first.mp4', original);

    const victim = cluster.keepers.find((keeper) => keeper.ready.id === stored.replicas[0]?.keeper);
    if (victim === undefined) throw new ReelkeepError('internal', 'no keeper holds the film');
    this.#say(`${victim.ready.id} is killed: kill -9 ${victim.pid}.`);
    const killedMs = performance.now();
    await victim.end('SIGKILL');
    await this.#untilMissed(cluster, victim.ready.id);
    await this.#client(cluster, ['status', '--wait-healthy', String(repairWaitSeconds)]);
    const healed = await this.#stat(cluster);
    const seconds = ((performance.now() - killedMs) / 1000).toFixed(1);
    this.#say(`${seconds} s later the third replica is back, on another keeper.`);
    this.#show(await this.#client(cluster, ['keepers']));
    await this.#checkReplicas(cluster, healed, original);

    this.#say('It is read again.');
    await this.#read(cluster, 'second.mp4', original);
  }

  /** A dead process is noticed by its broken session, in well under a second. */
  async #untilMissed(cluster: LocalCluster, keeper: string): Promise<void> {
    const deadlineMs = performance.now() + repairWaitSeconds * 1000;
    while (performance.now() < deadlineMs) {
      const { stdout } = await this.#client(cluster, ['--json', 'keepers']);
      const states = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as KeeperJson);
      if (states.some((one) => one.keeper === keeper && one.state !== 'alive')) return;
    }
    throw new ReelkeepError('internal', `${keeper} was killed, and nobody noticed`);
  }

  async #checkReplicas(cluster: LocalCluster, file: FileJson, original: string): Promise<void> {
    const live = file.replicas.filter((replica) => replica.state === 'live');
    if (live.length !== 3)
      throw new ReelkeepError('internal', `${live.length} live replicas, not 3`);
    for (const { keeper, path } of live) {
      const number = cluster.keepers.findIndex((one) => one.ready.id === keeper) + 1;
      const found = await sha256(join(this.#dataDir, `keeper-${number}`, path));
      if (found !== original) throw new ReelkeepError('integrity', `${keeper} holds other bytes`);
    }
    this.#say(`sha256sum of the .mp4 on each of the three disks: the same.`);
  }

  async #read(cluster: LocalCluster, name: string, original: string): Promise<void> {
    const target = join(this.#dataDir, name);
    const beganMs = performance.now();
    this.#show(await this.#client(cluster, ['get', 'film.mp4', '-o', target]));
    const ms = performance.now() - beganMs;
    const found = await sha256(target);
    if (found !== original) throw new ReelkeepError('integrity', 'the bytes that came back differ');
    const { size } = await stat(target);
    const rate = sizeText(Math.round((size * 1000) / ms));
    this.#say(`sha256 ${found.slice(0, 16)}…, the same; ${rate}/s, the client's start included.`);
  }

  async #stat(cluster: LocalCluster): Promise<FileJson> {
    const { stdout } = await this.#client(cluster, ['--json', 'stat', 'film.mp4']);
    return JSON.parse(stdout) as FileJson;
  }

  async #client(cluster: LocalCluster, args: readonly string[]): Promise<ProgramRun> {
    const quiet = args[0] === '--json' || args[0] === 'status';
    const typed = args.map((arg) => arg.replace(`${this.#dataDir}/`, '')).join(' ');
    if (!quiet) process.stdout.write(`    ${this.#paint.bold(`$ client ${typed}`)}\n`);
    const run = await runClientProcess(cluster.master.address, args);
    if (run.code !== 0)
      throw new ReelkeepError(
        'internal',
        `client ${args.join(' ')} ended with ${run.code}: ${run.stderr}`,
      );
    return run;
  }

  #say(sentence: string): void {
    process.stdout.write(`${this.#paint.dim(`${this.#seconds().padStart(5)} s`)}  ${sentence}\n`);
  }

  #show({ stdout, stderr }: ProgramRun): void {
    for (const line of `${stdout}${stderr}`.trimEnd().split('\n'))
      if (line !== '') process.stdout.write(`    ${line}\n`);
  }

  #seconds(): string {
    return ((performance.now() - this.#beganMs) / 1000).toFixed(1);
  }
}

const sha256 = async (path: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
