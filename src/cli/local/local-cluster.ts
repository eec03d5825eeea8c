/** A master and some keepers on this machine, each a process of its own with its own directory. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ServerProcess } from './server-process.js';

export interface LocalClusterOptions {
  readonly dataDir: string;
  /** 0 takes a free one. */
  readonly masterPort: number;
  /** One keeper for each; 0 takes a free one. */
  readonly keeperPorts: readonly number[];
  readonly masterArgs?: readonly string[];
  readonly keeperArgs?: readonly string[];
  /** Of one keeper, by its id. */
  readonly keeperArgsOf?: (id: string) => readonly string[];
}

export class LocalCluster {
  readonly master: ServerProcess;
  readonly keepers: ServerProcess[];

  /** All of them are ready when this resolves; none is left when it rejects. */
  static async start(options: LocalClusterOptions): Promise<LocalCluster> {
    const { dataDir, masterPort, masterArgs = [] } = options;
    await mkdir(dataDir, { recursive: true });
    const master = await ServerProcess.start({
      program: 'master',
      args: ['--port', String(masterPort), '--data', join(dataDir, 'master'), ...masterArgs],
      logFile: join(dataDir, 'master.log'),
    });
    const starting = options.keeperPorts.map((port, index) =>
      startKeeper(options, master.address, port, index + 1),
    );
    const started = await Promise.allSettled(starting);
    const keepers = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const cluster = new LocalCluster(master, keepers);
    const failed = started.find((one) => one.status === 'rejected');
    if (failed === undefined) return cluster;
    await cluster.stop();
    throw failed.reason;
  }

  private constructor(master: ServerProcess, keepers: ServerProcess[]) {
    this.master = master;
    this.keepers = keepers;
  }

  /** Keepers first, so that they can say goodbye. */
  async stop(): Promise<void> {
    await Promise.all(this.keepers.map((keeper) => keeper.end('SIGTERM')));
    await this.master.end('SIGTERM');
  }
}

function startKeeper(
  { dataDir, keeperArgs = [], keeperArgsOf = () => [] }: LocalClusterOptions,
  master: string,
  port: number,
  number: number,
): Promise<ServerProcess> {
  const name = `keeper-${number}`;
  return ServerProcess.start({
    program: 'keeper',
    args: [
      '--port',
      String(port),
      '--master',
      master,
      '--data',
      join(dataDir, name),
      '--id',
      name,
      ...keeperArgs,
      ...keeperArgsOf(name),
    ],
    logFile: join(dataDir, `${name}.log`),
  });
}
