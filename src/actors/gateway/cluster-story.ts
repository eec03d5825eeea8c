/**
 * What has happened in the cluster, told from two looks at it: nobody tells a gateway of events.
 *
 * A look is one a second, so what came and went in between is not seen; and a file that has just
 * been stored is below its target for a moment, which is no repair.
 */
import type { ClusterStatus, KeeperInfo } from '../client/cluster.js';
import type { EventJson } from './api-shapes.js';

export type Look =
  | { readonly status: ClusterStatus; readonly keepers: readonly KeeperInfo[] }
  /** The master did not answer. */
  | 'nothing';

type SeenLook = Exclude<Look, 'nothing'>;

export interface Story {
  readonly isReachable: boolean;
  /** The last look that showed something. */
  readonly last: SeenLook | undefined;
  /** Looks in a row with files below their target. */
  readonly shortLooks: number;
}

export type Told = Pick<EventJson, 'tone' | 'text'>;

export const noStory: Story = { isReachable: true, last: undefined, shortLooks: 0 };

/** From so many looks on it is a repair. */
const repairLooksMin = 3;

export function goOn(story: Story, look: Look): { readonly story: Story; readonly told: Told[] } {
  if (look === 'nothing') {
    const told = story.isReachable ? [bad('The master does not answer.')] : [];
    return { story: { ...story, isReachable: false }, told };
  }
  const { last } = story;
  const shortLooks = look.status.belowTarget > 0 ? story.shortLooks + 1 : 0;
  return {
    story: { isReachable: true, last: look, shortLooks },
    told: [
      ...(story.isReachable ? [] : [good('The master answers again.')]),
      ...(last === undefined ? [] : ofMaster(last.status, look.status)),
      ...(last === undefined ? [] : ofKeepers(last.keepers, look.keepers)),
      ...(last === undefined ? [] : ofFiles(last.status, look.status)),
      ...ofRepair(story.shortLooks, shortLooks, look.status),
    ],
  };
}

function ofMaster(before: ClusterStatus, now: ClusterStatus): readonly Told[] {
  const told: Told[] = [];
  if (now.epoch !== before.epoch) told.push(neutral('The master has started anew.'));
  if (now.mode === before.mode) return told;
  if (now.mode === 'safe mode') told.push(bad('The master is in safe mode: nothing is deleted.'));
  if (now.mode === 'serving') told.push(good('The master serves again without restriction.'));
  return told;
}

function ofKeepers(before: readonly KeeperInfo[], now: readonly KeeperInfo[]): readonly Told[] {
  const known = new Map(before.map((keeper) => [keeper.keeper, keeper]));
  return now.flatMap((keeper) => {
    const last = known.get(keeper.keeper);
    return last === undefined
      ? [good(`Keeper ${keeper.keeper} has come.`)]
      : changeOf(last, keeper);
  });
}

function changeOf(before: KeeperInfo, now: KeeperInfo): readonly Told[] {
  const told: Told[] = [];
  if (before.state !== now.state) {
    const say = stateWords[now.state];
    if (say !== undefined) told.push(say(now.keeper));
  }
  if (before.disk !== now.disk)
    told.push(
      now.disk === 'suspect'
        ? bad(`The disk of keeper ${now.keeper} fails.`)
        : good(`The disk of keeper ${now.keeper} is sound again.`),
    );
  return told;
}

const stateWords: Partial<Readonly<Record<KeeperInfo['state'], (keeper: string) => Told>>> = {
  alive: (keeper) => good(`Keeper ${keeper} is here again.`),
  suspect: (keeper) => warning(`Keeper ${keeper} is not heard.`),
  lost: (keeper) => bad(`Keeper ${keeper} is lost.`),
  draining: (keeper) => neutral(`Keeper ${keeper} is stopping.`),
  retired: (keeper) => neutral(`Keeper ${keeper} was retired.`),
};

function ofFiles(before: ClusterStatus, now: ClusterStatus): readonly Told[] {
  const change = now.files - before.files;
  const told: Told[] = [];
  if (change > 0) told.push(neutral(`${files(change)} stored.`));
  if (change < 0) told.push(neutral(`${files(-change)} removed.`));
  if (now.missing > before.missing)
    told.push(bad(`${files(now.missing)} cannot be read: no keeper has them.`));
  if (now.missing === 0 && before.missing > 0) told.push(good('Each file can be read again.'));
  return told;
}

function ofRepair(before: number, now: number, { belowTarget }: ClusterStatus): readonly Told[] {
  if (now === repairLooksMin)
    return [warning(`Repair has begun: ${files(belowTarget)} below target.`)];
  return now === 0 && before >= repairLooksMin
    ? [good('Repair is done: each file has its replicas.')]
    : [];
}

const files = (count: number): string => `${count} ${count === 1 ? 'file' : 'files'}`;

const good = (text: string): Told => ({ tone: 'good', text });
const neutral = (text: string): Told => ({ tone: 'neutral', text });
const warning = (text: string): Told => ({ tone: 'warning', text });
const bad = (text: string): Told => ({ tone: 'bad', text });
