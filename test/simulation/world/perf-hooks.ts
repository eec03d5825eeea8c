/** Twin of `node:perf_hooks`: the lag of an event loop is what the last pause of its process made it. */
import { thisProcess } from './world.js';

export function monitorEventLoopDelay() {
  const process = thisProcess('its event loop');
  return {
    enable: () => true,
    disable: () => true,
    reset: () => {
      process.loopLagMs = 0;
    },
    /** In nanoseconds. */
    get max(): number {
      return process.loopLagMs * 1e6;
    },
  };
}
