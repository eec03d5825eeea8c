/** Processes that are killed, paused, and told to stop. No promise rests on any of them alone. */
import type { SoakCluster } from '../soak-cluster.js';
import type { Fault, Struck } from './fault.js';

type Blow = (cluster: SoakCluster, name: string) => Promise<Struck>;

const kill: Blow = async (cluster, name) => {
  await cluster.kill(name);
  return { told: `${name} is killed`, heal: () => cluster.start(name) };
};

const pause: Blow = async (cluster, name) => {
  cluster.pause(name);
  return { told: `${name} is paused`, heal: async () => cluster.resume(name) };
};

const stop: Blow = async (cluster, name) => {
  await cluster.stop(name);
  return { told: `${name} is told to stop`, heal: () => cluster.start(name) };
};

const toKeeper = (kind: string, blow: Blow): Fault => ({
  kind,
  async strike({ keeper }, { cluster }) {
    const [victim] = cluster.runningFrom(keeper);
    return victim === undefined ? undefined : await blow(cluster, victim);
  },
});

const toMaster = (kind: string, blow: Blow): Fault => ({
  kind,
  async strike(_, { cluster }) {
    return cluster.isRunning('master') ? await blow(cluster, 'master') : undefined;
  },
});

const killClient: Fault = {
  kind: 'kill client',
  async strike({ client, place }, { clients }) {
    const victim = clients[client];
    // From before it has asked for anything to after most of them have ended.
    const afterMs = Math.round(200 + place ** 2 * 4_000);
    victim?.killSoon(afterMs);
    return victim && { told: `${victim.name} is killed ${afterMs} ms into an errand` };
  },
};

export const faultsOfProcesses: readonly Fault[] = [
  toKeeper('kill keeper', kill),
  toKeeper('pause keeper', pause),
  toKeeper('stop keeper', stop),
  toMaster('kill master', kill),
  toMaster('pause master', pause),
  toMaster('stop master', stop),
  killClient,
];
