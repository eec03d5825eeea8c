import { describe, expect, it } from 'vitest';
import * as client from '../../src/rpc/generated/reelkeep/v1/client.js';
import * as common from '../../src/rpc/generated/reelkeep/v1/common.js';
import {
  fsckProblemOf,
  fsckProblems,
  keeperStateOf,
  keeperStates,
  modeOf,
  modes,
  replicaStateOf,
  replicaStates,
} from '../../src/rpc/words.js';

describe('words on the wire', () => {
  it.each([
    ['replica states', replicaStates, replicaStateOf],
    ['keeper states', keeperStates, keeperStateOf],
    ['modes', modes, modeOf],
    ['problems', fsckProblems, fsckProblemOf],
  ])('come back as they went: %s', (_, words, wordOf) => {
    const back = Object.values(words).map((wire) => (wordOf as (wire: string) => string)(wire));

    expect(back).toEqual(Object.keys(words));
  });

  it.each([
    ['replica states', replicaStates, common.ReplicaState],
    ['keeper states', keeperStates, common.KeeperState],
    ['modes', modes, client.StatusResponse_Mode],
    ['problems', fsckProblems, client.FsckResponse_Problem],
  ])('has a word for each number: %s', (_, words, wires) => {
    const known = Object.values(wires).filter((wire) => !/UNSPECIFIED|UNRECOGNIZED/.test(wire));

    expect(Object.values(words).sort()).toEqual(known.sort());
  });

  it('claims nothing of what another version says', () => {
    expect([
      replicaStateOf(common.ReplicaState.UNSPECIFIED),
      keeperStateOf(common.KeeperState.UNSPECIFIED),
      modeOf(client.StatusResponse_Mode.UNSPECIFIED),
      fsckProblemOf(client.FsckResponse_Problem.UNSPECIFIED),
    ]).toEqual(['unverified', 'suspect', 'recovering', 'below target']);
  });
});
