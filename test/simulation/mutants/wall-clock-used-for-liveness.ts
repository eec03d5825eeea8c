/** Who sets the clock kills keepers. */
import type { Mutant } from './mutant.js';

export const wallClockUsedForLiveness: Mutant = {
  name: 'wall clock used for liveness',
  does: 'The monitor measures the silence of keepers by the wall clock; pauses of the master, which would excuse a jump, are still found by the monotonic one.',
  breaks: ['S42', 'L1', 'S34'],
  patches: [
    {
      file: 'src/actors/heartbeat-monitor/behavior.ts',
      from: `import type { KeeperId, Millis } from '../../domain/ids.js';`,
      to: `import { type KeeperId, type Millis, millis } from '../../domain/ids.js';`,
    },
    {
      file: 'src/actors/heartbeat-monitor/behavior.ts',
      from: `    receive(state, message, now) {
      if (message.type === 'tick') return onTick(state, now, limits);`,
      to: `    receive(state, message, steadyNow) {
      const now = millis(Date.now());
      if (message.type === 'tick') return onTick(state, now, limits, steadyNow);`,
    },
    {
      file: 'src/actors/heartbeat-monitor/behavior.ts',
      from: 'function onTick(state: MonitorState, now: Millis, limits: LivenessLimits) {',
      to: `function onTick(
  state: MonitorState,
  now: Millis,
  limits: LivenessLimits,
  steadyNow: Millis,
) {`,
    },
    {
      file: 'src/actors/heartbeat-monitor/behavior.ts',
      from: 'pauseBetween(lastTick, now, limits)',
      to: 'pauseBetween(lastTick, steadyNow, limits)',
    },
    {
      file: 'src/actors/heartbeat-monitor/behavior.ts',
      from: 'state: { members, lastTick: now }',
      to: 'state: { members, lastTick: steadyNow }',
    },
  ],
};
