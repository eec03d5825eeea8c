/** Machines as faults of the network see them. */
import fc from 'fast-check';
import { keeperPort, masterPort, type SimCluster } from '../cluster/sim-cluster.js';
import { choose, numberOf } from '../story/happening.js';
import type { StepParams } from '../story/story.js';
import type { Link } from '../world/network/link-faults.js';

export interface Machine {
  readonly name: string;
  readonly address: string;
}

/** The most that a cluster of a story has: the master, nine keepers, four clients. */
export const machinesMax = 14;

export const machinesOf = ({ master, keepers, clients }: SimCluster): readonly Machine[] =>
  [master, ...keepers, ...clients].map(({ name, box }) => ({ name, address: box.address }));

/** Params of a way from one machine to another; port 0 stands for all of it. */
export const aWay = {
  from: fc.nat(machinesMax - 1),
  to: fc.nat(machinesMax - 2),
  port: fc.constantFrom(0, 0, masterPort, keeperPort),
};

export interface Way {
  readonly link: Link;
  /** Such as `k1 to the master, port 7001`. */
  readonly told: string;
}

export function chooseWay(cluster: SimCluster, params: StepParams): Way | undefined {
  const machines = machinesOf(cluster);
  const from = choose(machines, numberOf(params, 'from'));
  const to = choose(
    machines.filter((machine) => machine !== from),
    numberOf(params, 'to'),
  );
  if (from === undefined || to === undefined) return undefined;
  const port = numberOf(params, 'port');
  const link = { from: from.address, to: to.address, ...(port > 0 ? { port } : {}) };
  return { link, told: `${from.name} to ${to.name}${port > 0 ? `, port ${port}` : ''}` };
}

export const listNames = (machines: readonly Machine[]): string =>
  machines.map(({ name }) => name).join(', ');
