/**
 * The second phase: a core of three keepers, the master and the clients between them are healed,
 * the rest stays as broken as it is, and everything that must come in the end has to come. Then
 * the rest comes back, too, and all has to come to rest.
 */
import type { Service } from '../cluster/service.js';
import type { Arena } from './happening.js';
import { Probe } from './probe.js';
import { canBeRead, findRot, findUnmet, findUnrest } from './rest.js';

/** Fails with the invariant unless it becomes true within the time; the sentence says what is missing. */
export type Until = (
  invariant: string,
  limitMs: number,
  isMet: () => string | true,
) => Promise<void>;

const coreSize = 3;

/** Calls, sockets and stuck disks have deadlines of up to two minutes, and wait for each other. */
const patienceMs = 400_000;

export async function heal(arena: Arena, until: Until): Promise<void> {
  const { cluster, budget } = arena;
  const { trace } = cluster.stage;
  const core = chooseCore(arena);
  trace.tell('story', `is healed: the core of ${core.map(({ name }) => name).join(', ')}`);
  healServices(arena, core);
  // After that, for what lies on a copy may first have to be copied to the core.
  await until('setup', patienceMs, () => isInPlace(arena));
  cluster.isHealing = true;
  await until('L8', patienceMs, () => cluster.master.isReady || 'the master does not serve');
  await until('L7', patienceMs, () => whoIsNotReady(arena, core));
  await until('L2', patienceMs, () => whoIsWaiting(arena));
  if (!budget.isLimited) return;
  const probe = new Probe(cluster);
  const running = cluster.keepers.filter((keeper) => keeper.isReady && canBeRead(cluster, keeper));
  const { scrubEveryMs } = cluster.shape;
  // Nobody asks for it.
  if (scrubEveryMs !== undefined)
    await until('L9', 2 * scrubEveryMs + patienceMs, () => findRot(cluster, running) ?? true);
  await until('L9', patienceMs, () => probe.verifies(running));
  await until('L1', patienceMs, () => findUnmet(cluster, core, 'at least') ?? true);
  await until('L3', patienceMs, () => probe.reads(core));
  // L18: fewer take what their acks allow.
  if (core.length >= cluster.shape.acks) await until('L13', patienceMs, () => probe.writes());
}

export async function returnAll(arena: Arena, until: Until): Promise<void> {
  const { cluster, budget } = arena;
  cluster.stage.trace.tell('story', 'everything comes back');
  healServices(arena, cluster.keepers);
  await until('setup', patienceMs, () => isInPlace(arena));
  const willing = cluster.keepers.filter(({ refusal }) => refusal === undefined);
  await until('L7', patienceMs, () => whoIsNotReady(arena, willing));
  if (!budget.isLimited) return;
  const probe = new Probe(cluster);
  await until('L9', patienceMs, () => probe.verifies(willing));
  if (willing.length >= cluster.shape.acks) await until('L13', patienceMs, () => probe.writes());
  await until('L4', patienceMs, () => findUnrest(cluster) ?? true);
  await until('S1', patienceMs, () => probe.reads(willing));
  await until('L1', patienceMs, () => probe.looks(willing));
  // Whoever lies to the cluster may have come to it only now.
  await until('L4', patienceMs, () => findUnrest(cluster) ?? true);
}

/** Directories that were swapped, copied or taken away are put right by those who did it. */
const isInPlace = ({ budget }: Arena): string | true =>
  !budget.isAnyMisplaced || 'a directory is not its own';

function chooseCore({ cluster }: Arena): readonly Service[] {
  const { chance } = cluster.stage;
  const willing = cluster.keepers.filter(({ refusal }) => refusal === undefined);
  return willing
    .map((keeper) => ({ keeper, place: chance.real() }))
    .toSorted((one, other) => one.place - other.place)
    .slice(0, coreSize)
    .map(({ keeper }) => keeper);
}

function healServices({ cluster }: Arena, keepers: readonly Service[]): void {
  const { master, stage } = cluster;
  stage.network.faults.healAll();
  for (const service of [master, ...keepers]) {
    const { faults } = service.box.disk;
    faults.clear();
    faults.slowness = cluster.shape.diskSlowness;
    service.box.tables.heal();
    if (service.process !== undefined) stage.kernel.resume(service.process);
    // An operator sees to the disk; until then the keeper takes nothing new.
    if (cluster.suspectDisks.has(service.name)) service.kill('killed');
    service.start();
  }
}

function whoIsNotReady({ cluster }: Arena, services: readonly Service[]): string | true {
  // A keeper that has seen more than an older table refuses it, for ever.
  if (cluster.tableWasReplaced) return true;
  const waiting = services.filter(({ isReady, refusal }) => !isReady && refusal === undefined);
  return waiting.length === 0 || `${waiting.map(({ name }) => name).join(', ')} not ready`;
}

function whoIsWaiting({ cluster }: Arena): string | true {
  const waiting = cluster.clients.filter(({ underWay }) => underWay > 0);
  return waiting.length === 0 || `${waiting.map(({ name }) => name).join(', ')} still waiting`;
}
