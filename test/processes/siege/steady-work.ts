/** Somebody who stores, fetches and removes a film again and again while other things happen. */
import { type Rig, sha256 } from '../rig.js';

export interface Served {
  /** What went wrong, none hoped for. */
  readonly failures: readonly string[];
  /** Of every keeper, after each round. */
  readonly states: readonly string[];
  readonly rounds: number;
}

export function startWork(rig: Rig, film: string): { stop(): Promise<Served> } {
  const served = { failures: [] as string[], states: [] as string[], rounds: 0 };
  let isOver = false;
  const work = async (): Promise<void> => {
    const digest = await sha256(film);
    while (!isOver && served.failures.length === 0) {
      const name = `round-${served.rounds}.mp4`;
      served.failures.push(...(await failuresOf(rig, film, name)));
      if (served.failures.length === 0 && (await sha256(rig.path(name))) !== digest)
        served.failures.push(`${name} is not what was put`);
      served.states.push(...Object.values(await rig.keeperStates()));
      served.rounds += 1;
    }
  };
  const working = work();
  return {
    async stop() {
      isOver = true;
      await working;
      return served;
    },
  };
}

async function failuresOf(rig: Rig, film: string, name: string): Promise<readonly string[]> {
  const failures: string[] = [];
  const commands = [
    ['put', film, '--as', name],
    ['get', name, '-o', rig.path(name)],
    ['rm', name],
  ];
  for (const args of commands) {
    const { code, stderr } = await rig.client(...args);
    if (code !== 0) failures.push(`${args.join(' ')}: exit ${code}: ${stderr}`);
  }
  return failures;
}
