/** What a client command may touch outside itself; `bin/client` gives it the process. */
import type { Readable, Writable } from 'node:stream';
import type { Cluster, ClusterOptions } from '../../actors/client/cluster.js';

export interface ClientWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable;
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  /** Aborted with the name of the signal as its reason. */
  readonly interrupted: AbortSignal;
  /** @param credentialsDir plain text without it */
  openCluster(options: ClusterOptions, credentialsDir?: string): Promise<Cluster>;
}

export interface TextStream extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** The process as a world; a second signal ends it at once. */
export function processWorld(process: NodeJS.Process): ClientWorld {
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (interruption.signal.aborted) process.exit(interruptExitCode(signal));
      interruption.abort(signal);
    });
  }
  return {
    env: process.env,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    interrupted: interruption.signal,
    openCluster: async (options, credentialsDir) => {
      // Loaded late: `--help` and a wrong flag need none of it.
      const { openClusterAs } = await import('../../actors/client/open-cluster-as.js');
      return openClusterAs(credentialsDir, options);
    },
  };
}

export const interruptExitCode = (signal: unknown): number => (signal === 'SIGTERM' ? 143 : 130);
