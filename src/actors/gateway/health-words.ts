/** How the cluster is, in one sentence for people, and why. */
import type { ClusterStatus, KeeperInfo } from '../client/cluster.js';
import type { HealthJson } from './api-shapes.js';

interface Sight {
  readonly status: ClusterStatus;
  readonly keepers: readonly KeeperInfo[];
}

/** The most pressing thing makes the sentence; the others are the reasons. */
export function sayHealth(sight: Sight): HealthJson {
  const [first, ...others] = wrongs(sight);
  if (first === undefined) return { level: 'good', sentence: allWell(sight), reasons: [] };
  const isBad = [first, ...others].some(({ level }) => level === 'bad');
  const reasons = [...(first.because ?? []), ...others.map(({ sentence }) => sentence)];
  return { level: isBad ? 'bad' : 'attention', sentence: first.sentence, reasons };
}

/** @param why as an error tells it */
export const sayUnreachable = (why: string): HealthJson => ({
  level: 'bad',
  sentence: 'The master does not answer.',
  reasons: [why],
});

interface Wrong {
  readonly level: 'attention' | 'bad';
  readonly sentence: string;
  readonly because?: readonly string[];
}

/** Most pressing first. */
const wrongs = (sight: Sight): readonly Wrong[] => [
  ...ofMode(sight),
  ...ofMissing(sight),
  ...ofNobody(sight),
  ...ofBelowTarget(sight),
  ...ofKeepers(sight),
];

/** What a keeper that is away comes to, when nothing is short of it. */
const harmless = 'Each file has all its replicas on the others.';

function ofMode({ status: { mode, modeReason } }: Sight): readonly Wrong[] {
  const because = modeReason === '' ? [] : [`${upperFirst(modeReason)}.`];
  if (mode === 'recovering')
    return [
      { level: 'attention', sentence: 'The master has just started and waits for its keepers.' },
    ];
  if (mode === 'safe mode')
    return [{ level: 'bad', sentence: 'The master is in safe mode: nothing is deleted.', because }];
  return [];
}

function ofMissing({ status: { missing } }: Sight): readonly Wrong[] {
  if (missing === 0) return [];
  const sentence = `${count(missing, 'file')} cannot be read: no keeper that has ${missing === 1 ? 'it' : 'them'} is here.`;
  return [{ level: 'bad', sentence }];
}

function ofNobody({ keepers }: Sight): readonly Wrong[] {
  if (keepers.some(({ state }) => state === 'alive')) return [];
  return [{ level: 'bad', sentence: 'No keeper is here: nothing can be stored or read.' }];
}

function ofBelowTarget({ status }: Sight): readonly Wrong[] {
  const { belowTarget, missing, copiesInFlight } = status;
  // Those without any replica have been told of.
  const short = belowTarget - missing;
  if (short <= 0) return [];
  const has = short === 1 ? 'has fewer replicas than it' : 'have fewer replicas than they';
  const copies =
    copiesInFlight === 0
      ? 'no copy is under way.'
      : `${count(copiesInFlight, 'copy', 'copies')} ${copiesInFlight === 1 ? 'is' : 'are'} under way.`;
  return [{ level: 'attention', sentence: `${count(short, 'file')} ${has} should; ${copies}` }];
}

function ofKeepers({ status, keepers }: Sight): readonly Wrong[] {
  const named = (isMeant: (keeper: KeeperInfo) => boolean): readonly string[] =>
    keepers.filter(isMeant).map(({ keeper }) => keeper);
  const isHarmless = status.belowTarget === 0 && status.missing === 0 && status.files > 0;
  const because = isHarmless && status.settled ? [harmless] : [];
  const lost = named(({ state }) => state === 'lost');
  const suspect = named(({ state }) => state === 'suspect');
  const sick = named(({ state, disk }) => disk === 'suspect' && state === 'alive');
  return [
    ...told(lost, ['is lost.', 'are lost.'], because),
    ...told(suspect, ['is not heard.', 'are not heard.']),
    ...told(sick, ['has a disk that fails.', 'have disks that fail.']),
  ];
}

const told = (
  names: readonly string[],
  [one, many]: readonly [string, string],
  because: readonly string[] = [],
): Wrong[] =>
  names.length === 0
    ? []
    : [
        {
          level: 'attention',
          sentence: `${names.length === 1 ? 'Keeper' : 'Keepers'} ${listed(names)} ${names.length === 1 ? one : many}`,
          because,
        },
      ];

function allWell({ status: { files }, keepers }: Sight): string {
  const alive = keepers.filter(({ state }) => state === 'alive').length;
  const here = count(alive, 'keeper');
  if (files === 0) return `All is well: ${here} ready, and no file stored yet.`;
  return `All is well: ${count(files, 'file')} on ${here}, each with all its replicas.`;
}

/** More are not named. */
const namedMax = 8;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, namedMax);
  const rest = names.length - shown.length;
  return rest === 0 ? shown.join(', ') : `${shown.join(', ')} and ${rest} more`;
}

const digits = new Intl.NumberFormat('en');

const count = (amount: number, one: string, many = `${one}s`): string =>
  `${digits.format(amount)} ${amount === 1 ? one : many}`;

const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
