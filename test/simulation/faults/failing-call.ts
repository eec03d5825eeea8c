/** Calls of one kind on a keeper's disk answer EIO: from the nth on, for so many times or for a while. */
import fc from 'fast-check';
import { keeperRoot } from '../cluster/sim-cluster.js';
import { choose, type Happening, numberOf } from '../story/happening.js';
import type { DiskCall } from '../world/disk/disk-faults.js';
import { endLater, lastsMs } from './lasting.js';

const calls = [
  'open',
  'close',
  'read',
  'write',
  'truncate',
  'stat',
  'statfs',
  'realpath',
  'readdir',
  'mkdir',
  'rmdir',
  'rename',
  'link',
  'unlink',
] as const satisfies readonly DiskCall[];

const places = ['', '/objects', '/staging', '/quarantine', '/keeper.json'] as const;

export const failingCall: Happening = {
  kind: 'failing call',
  layer: 'disk',
  budget: 'within',
  weight: 5,
  params: fc.record({
    keeper: fc.nat(8),
    call: fc.constantFrom(...calls),
    place: fc.constantFrom(...places),
    skip: fc.oneof(fc.nat(3), fc.nat(60)),
    /** 0: all of them. */
    times: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 3 })),
    happens: fc.boolean(),
    lastsMs,
  }),
  happen(params, { cluster }) {
    const keeper = choose(cluster.keepers, numberOf(params, 'keeper'));
    if (keeper === undefined) return undefined;
    const call = params['call'] as DiskCall;
    const skip = numberOf(params, 'skip');
    const times = numberOf(params, 'times');
    const happens = params['happens'] === true;
    const path = `${keeperRoot}${params['place']}`;
    const repair = keeper.box.disk.faults.fail({
      call,
      path,
      code: 'EIO',
      skip,
      happens,
      ...(times > 0 ? { times } : {}),
    });
    const howLong = endLater(cluster, params, repair);
    const which = `${times === 0 ? 'each' : `each of ${times}`} ${call} below ${path}`;
    const what = happens ? 'EIO, though it happens,' : 'EIO';
    return `${keeper.name}: its disk answers ${what} to ${which} after ${skip} more, ${howLong}`;
  },
};
