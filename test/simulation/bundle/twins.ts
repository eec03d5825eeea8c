/**
 * Which module of the simulator stands in for which module of the real world, who may be imported
 * as it is, and that everything else is a trap.
 */

/** From the folder `test/simulation/world`. */
export const twins: Readonly<Record<string, string>> = {
  'node:fs': 'disk/fs.ts',
  'node:fs/promises': 'disk/fs-promises.ts',
  'fs-native-extensions': 'disk/fs-native-extensions.ts',
  'node:diagnostics_channel': 'diagnostics-channel.ts',
  'node:net': 'network/net.ts',
  'node:tls': 'network/tls.ts',
  '@grpc/grpc-js': 'network/grpc.ts',
  '@grpc/proto-loader': 'network/proto-loader.ts',
  '@grpc/reflection': 'network/grpc-reflection.ts',
  'grpc-health-check': 'network/grpc-health.ts',
  'node:worker_threads': 'worker-threads.ts',
  piscina: 'piscina.ts',
  'node:crypto': 'crypto.ts',
  'node:module': 'module.ts',
  'node:os': 'os.ts',
  'node:perf_hooks': 'perf-hooks.ts',
  'node:timers/promises': 'timers-promises.ts',
};

/** They compute, and touch no world: taken as they are, from Node or from npm. */
export const harmless: ReadonlySet<string> = new Set([
  'node:assert/strict',
  'node:buffer',
  'node:events',
  'node:path',
  'node:stream',
  'node:stream/consumers',
  'node:stream/promises',
  'node:util',
  '@napi-rs/blake-hash',
  'zod',
]);

/** They keep time or make promises, so they are bundled and get their clock from the twins. */
export const bundled: readonly string[] = [
  'xstate',
  'p-limit',
  'yocto-queue',
  '@bufbuild/protobuf',
  'long',
];

/** Found without an import: by name, the module of the world that exports their twin. */
export const globals: Readonly<Record<string, string>> = {
  setTimeout: 'clock.ts',
  clearTimeout: 'clock.ts',
  setInterval: 'clock.ts',
  clearInterval: 'clock.ts',
  performance: 'clock.ts',
  Date: 'clock.ts',
  AbortSignal: 'clock.ts',
  process: 'clock.ts',
  setImmediate: 'traps.ts',
  fetch: 'traps.ts',
  crypto: 'traps.ts',
};
