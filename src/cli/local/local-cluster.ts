/** A master, some keepers and maybe a gateway on this machine, each a process of its own with its own directory. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ServerProcess } from './server-process.js';

export interface LocalClusterOptions {
  readonly dataDir: string;
  /** 0 takes a free one. */
  readonly masterPort: number;
  /** One keeper for each; 0 takes a free one. */
  readonly keeperPorts: readonly number[];
  /** 0 takes a free one; no gateway when absent. */
  readonly gatewayPort?: number;
  readonly masterArgs?: readonly string[];
  readonly keeperArgs?: readonly string[];
  /** Of one keeper, by its id. */
  readonly keeperArgsOf?: (id: string) => readonly string[];
}

export class LocalCluster {
  readonly master: ServerProcess;
  readonly keepers: ServerProcess[];
  readonly gateway: ServerProcess | undefined;

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
    const [gateway] = await Promise.allSettled([startGateway(options, master.address)]);
    const running = gateway.status === 'fulfilled' ? gateway.value : undefined;
    const cluster = new LocalCluster(master, keepers, running);
    const failed = [...started, gateway].find((one) => one.status === 'rejected');
    if (failed === undefined) return cluster;
    await cluster.stop();
    throw failed.reason;
  }

  private constructor(
    master: ServerProcess,
    keepers: ServerProcess[],
    gateway: ServerProcess | undefined,
  ) {
    this.master = master;
    this.keepers = keepers;
    this.gateway = gateway;
  }

  /** Who uses the cluster first, then keepers, so that they can say goodbye. */
  async stop(): Promise<void> {
    await this.gateway?.end('SIGTERM');
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

async function startGateway(
  { dataDir, gatewayPort }: LocalClusterOptions,
  master: string,
): Promise<ServerProcess | undefined> {
  if (gatewayPort === undefined) return undefined;
  const spool = join(dataDir, 'gateway');
  return await ServerProcess.start({
    program: 'gateway',
    args: ['--port', String(gatewayPort), '--master', master, '--spool', spool],
    logFile: join(dataDir, 'gateway.log'),
  });
}
