/** A client that tries what must work now: reads every file that can be read, and writes one. */
import type { Cluster } from '../../../src/actors/client/cluster.js';
import { ClientHost } from '../cluster/client-host.js';
import type { Service } from '../cluster/service.js';
import type { SimCluster } from '../cluster/sim-cluster.js';

export class Probe {
  readonly #cluster: SimCluster;
  readonly #host: ClientHost;
  readonly #seen = new Set<string>();
  readonly #verified = new Set<string>();
  #asking: string | undefined;
  #found: readonly string[] | undefined;
  #wrote: 'no' | 'asked' | 'yes' = 'no';

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
    const number = cluster.probes;
    cluster.probes += 1;
    this.#host = new ClientHost({ cluster, name: `probe${number}`, address: `10.0.3.${number}` });
    cluster.probeTold.add(({ client, asked, outcome, detail }) => {
      if (client !== this.#host.name) return;
      this.#asking = undefined;
      const isWell = outcome.type === 'saw' || outcome.type === 'done';
      if (asked.call.type === 'put') this.#wrote = isWell ? 'yes' : 'no';
      else if (isWell) this.#seen.add(asked.name);
      if (!isWell) cluster.stage.trace.tell('probe', `${asked.call.type} ${asked.name}: ${detail}`);
    });
  }

  /** True when each file that has a sound replica on one of these keepers was fetched. */
  reads(keepers: readonly Service[]): string | true {
    const waiting = [...(this.#cluster.table()?.files.values() ?? [])].filter((file) => {
      const content = this.#cluster.contentOf(file.digest);
      return (
        !this.#seen.has(file.name) &&
        content !== undefined &&
        keepers.some((keeper) => this.#cluster.replica(keeper, file.fileId, content) === 'sound')
      );
    });
    const next = waiting[0];
    if (next === undefined) return true;
    this.#ask(`get ${next.name}`, () => this.#host.ask({ name: next.name, call: { type: 'get' } }));
    return `${next.name} could not be fetched`;
  }

  /** L9: has every replica of every file read back, as a scrub does, until those on these keepers are sound. */
  verifies(keepers: readonly Service[]): string | true {
    const files = [...(this.#cluster.table()?.files.values() ?? [])];
    const next = files.find(({ fileId }) => !this.#verified.has(fileId));
    if (next === undefined) return true;
    const what = `verify ${next.name}`;
    this.#ask(what, () =>
      this.#host.perform(what, async (cluster) => {
        const unsound = await findUnsound(cluster, next.name).finally(() => {
          this.#asking = undefined;
        });
        // What is known to be bad waits for room, or for another keeper.
        const sound = this.#cluster.table()?.files.get(next.fileId)?.replicas ?? [];
        const isMistaken = sound.some(
          ({ keeper, standing }) =>
            standing === 'sound' &&
            unsound.has(keeper) &&
            keepers.some(({ name }) => name === keeper),
        );
        if (!isMistaken) this.#verified.add(next.fileId);
      }),
    );
    return `${next.name} could not be verified`;
  }

  /** What an operator looks at answers, and finds nothing amiss any more when it is asked at rest. */
  looks(keepers: readonly Service[]): string | true {
    const { replicas, diskBytes } = this.#cluster.shape;
    const isPoor = keepers.length < replicas || diskBytes < amplyBytes;
    if (this.#found?.length === 0) return true;
    this.#ask('look', () =>
      this.#host.perform('look', async (cluster) => {
        const found: string[] = [];
        try {
          for await (const { name, problem } of cluster.fsck())
            if (!isPoor || (problem !== 'below target' && problem !== 'quarantined'))
              found.push(`${name}: ${problem}`);
          await cluster.status();
          await cluster.keepers();
          this.#found = found;
        } finally {
          this.#asking = undefined;
        }
      }),
    );
    return this.#found?.join('; ') ?? 'the cluster could not be looked at';
  }

  writes(): string | true {
    if (this.#wrote === 'yes' || this.#isFull()) return true;
    const tag = `probe${this.#cluster.nowMs}`;
    this.#ask('put', () =>
      this.#host.ask(
        { name: `by ${this.#host.name}`, call: { type: 'put', content: tag, replace: true } },
        this.#cluster.content(tag, 5000),
      ),
    );
    return 'nothing could be written';
  }

  #isFull(): boolean {
    return this.#cluster.keepers.every(({ box }) => box.disk.freeBytes < roomBytes);
  }

  #ask(what: string, ask: () => unknown): void {
    if (this.#asking !== undefined) return;
    this.#asking = what;
    ask();
  }
}

/** For what is written, and for what uploads under way were promised. */
const roomBytes = 300_000;

/** On smaller disks there may be no room for another replica. */
const amplyBytes = 50_000_000;

async function findUnsound(cluster: Cluster, name: string): Promise<ReadonlySet<string>> {
  const unsound = new Set<string>();
  for await (const told of cluster.verify(name))
    if (told.type === 'replica' && !told.sound) unsound.add(told.keeper);
  return unsound;
}
