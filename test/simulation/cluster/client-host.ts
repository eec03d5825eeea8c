/**
 * A machine on which clients run: one process at a time, which may do several things at once and
 * may die in the midst of them.
 */

import type { Cluster } from '../../../src/actors/client/cluster.js';
import { openCluster } from '../../../src/actors/client/open-cluster.js';
import { ReelkeepError } from '../../../src/domain/errors.js';
import type { FileView } from '../../../src/domain/file-view.js';
import type { Call, Outcome } from '../history/operations.js';
import type { SimProcess } from '../world/sim-process.js';
import { Box } from './box.js';
import type { Content } from './content.js';
import type { SimCluster } from './sim-cluster.js';

interface ClientHostOptions {
  readonly cluster: SimCluster;
  readonly name: string;
  readonly address: string;
}

export interface Asked {
  readonly name: string;
  readonly call: Call;
}

export interface Told {
  readonly asked: Asked;
  readonly client: string;
  readonly outcome: Outcome;
  /** As the client saw it, where it sees one. */
  readonly file?: FileView;
  /** What was refused, in words. */
  readonly detail?: string;
}

interface Session {
  readonly process: SimProcess;
  readonly cluster: Cluster;
}

/** Enough for every film, and for what is fetched. */
const diskBytes = 1e9;
const opsAtOnceMax = 8;

export class ClientHost {
  readonly name: string;
  readonly box: Box;
  readonly #cluster: SimCluster;
  #session: Session | undefined;
  #starts = 0;
  #underWay = 0;
  #fetched = 0;

  constructor({ cluster, name, address }: ClientHostOptions) {
    this.#cluster = cluster;
    this.name = name;
    this.box = new Box(address, diskBytes);
  }

  get process(): SimProcess | undefined {
    return this.#session?.process.life === 'running' ? this.#session.process : undefined;
  }

  get underWay(): number {
    return this.#underWay;
  }

  /** What it does is never heard of again. */
  kill(): void {
    this.#session?.process.end('killed');
    this.#session = undefined;
    this.#underWay = 0;
  }

  /** Answers false when it has too much to do already. */
  ask(asked: Asked, content?: Content): boolean {
    if (this.#underWay >= opsAtOnceMax) return false;
    const { stage, history } = this.#cluster;
    const session = this.#open();
    const id = history.invoke({ client: this.name, ...asked }, stage.kernel.nowMs);
    this.#underWay += 1;
    stage.kernel.afterIn(session.process, 0, 'operation', () => {
      const settle = (told: Told): void => {
        this.#underWay -= 1;
        history.settle(id, told.outcome, stage.kernel.nowMs);
        this.#cluster.onTold(told);
      };
      this.#carryOut(session.cluster, asked, content).then(
        (seen) => settle({ asked, client: this.name, ...seen }),
        (error: unknown) => settle({ asked, client: this.name, ...this.#refusal(error) }),
      );
    });
    return true;
  }

  /** Something that is no operation of the history. */
  perform(what: string, work: (cluster: Cluster) => Promise<void>): void {
    const { kernel, trace } = this.#cluster.stage;
    const session = this.#open();
    kernel.afterIn(session.process, 0, 'operation', () => {
      work(session.cluster).then(
        () => trace.tell(this.name, `${what}: done`),
        (error: unknown) => trace.tell(this.name, `${what}: ${this.#refusal(error).detail}`),
      );
    });
  }

  #open(): Session {
    if (this.#session?.process.life === 'running') return this.#session;
    this.#starts += 1;
    const { stage, shape, masterAddress } = this.#cluster;
    const process = stage.spawn(`${this.name}#${this.#starts}`, this.box);
    const cluster = openCluster({ master: masterAddress, timeoutMs: shape.patienceMs });
    this.#session = { process, cluster };
    return this.#session;
  }

  #refusal(error: unknown): Pick<Told, 'outcome' | 'detail'> {
    if (!(error instanceof ReelkeepError)) {
      this.#cluster.report('S50', `a client threw ${describe(error)}`);
      return { outcome: { type: 'refused', code: 'internal' } };
    }
    const { code, detail } = error;
    return { outcome: { type: 'refused', code }, detail };
  }

  async #carryOut(
    cluster: Cluster,
    { name, call }: Asked,
    content: Content | undefined,
  ): Promise<Pick<Told, 'outcome' | 'file'>> {
    switch (call.type) {
      case 'put':
        return { outcome: { type: 'done' }, file: await this.#put(cluster, name, call, content) };
      case 'get':
        return await this.#get(cluster, name);
      case 'stat': {
        const file = await cluster.stat(name);
        return { outcome: { type: 'saw', content: this.#tagOf(file) }, file };
      }
      case 'list': {
        const files: { name: string; content: string }[] = [];
        for await (const file of cluster.list(call.prefix))
          files.push({ name: file.name, content: this.#tagOf(file) });
        return { outcome: { type: 'listed', files } };
      }
      case 'remove':
        await cluster.remove(name);
        return { outcome: { type: 'done' } };
      case 'rename':
        await cluster.rename(name, call.to);
        return { outcome: { type: 'done' } };
    }
  }

  #put(
    cluster: Cluster,
    name: string,
    { replace }: Extract<Call, { type: 'put' }>,
    content: Content | undefined,
  ): Promise<FileView> {
    if (content === undefined) throw new Error('a put needs a content');
    const path = `/${content.tag}.mp4`;
    if (this.box.disk.written(path) === undefined) this.box.disk.replaceBytes(path, content.bytes);
    return cluster.put({ path, name, replace });
  }

  /** S3, S14: success is the whole content of one file; failure leaves nothing, or what stood there. */
  async #get(cluster: Cluster, name: string): Promise<Pick<Told, 'outcome' | 'file'>> {
    this.#fetched += 1;
    const { disk } = this.box;
    const path = `/${this.#fetched}.mp4`;
    const before = this.#fetched % 4 === 0 ? Buffer.from('a good older file') : undefined;
    if (before !== undefined) disk.replaceBytes(path, before);
    try {
      const file = await cluster.get({ name, to: { path, replace: before !== undefined } });
      const expected = this.#cluster.contentOf(file.digest);
      const bytes = disk.written(path);
      if (expected === undefined || bytes === undefined || !bytes.equals(expected.bytes))
        this.#cluster.report(
          'S3',
          `${this.name} got wrong bytes of ${name}: ${describeBytes(bytes)}`,
        );
      return { outcome: { type: 'saw', content: expected?.tag ?? '?' }, file };
    } catch (error) {
      const after = disk.written(path);
      if (after !== undefined && !(before !== undefined && after.equals(before)))
        this.#cluster.report('S14', `a get of ${name} failed and left ${describeBytes(after)}`);
      throw error;
    } finally {
      disk.lose(path);
    }
  }

  #tagOf({ name, digest }: FileView): string {
    const content = this.#cluster.contentOf(digest);
    if (content === undefined) this.#cluster.report('S12', `${name} is shown with ${digest}`);
    return content?.tag ?? '?';
  }
}

const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

const describeBytes = (bytes: Buffer | undefined): string =>
  bytes === undefined
    ? 'nothing'
    : `${bytes.length} bytes that begin with ${JSON.stringify(bytes.toString('latin1', 0, 24))}`;
