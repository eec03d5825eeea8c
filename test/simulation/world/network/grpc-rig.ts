/** A control server and its clients on the simulated network; the test must have put the twins in place. */
import { onTestFinished, vi } from 'vitest';
import { ControlServer } from '../../../../src/rpc/control-server.js';
import { KeeperLink } from '../../../../src/rpc/keeper-link.js';
import { MasterConnection } from '../../../../src/rpc/master-connection.js';
import * as clock from '../clock.js';
import type { SimProcess } from '../sim-process.js';
import { createRig, type Rig } from './rig.js';
import { client as clientAddress, keeper as serverAddress } from './test-connection.js';

type Client = Parameters<typeof ControlServer.listen>[0]['client'];
type Keeper = Parameters<typeof ControlServer.listen>[0]['keeper'];

export interface Handlers {
  readonly client?: Partial<Client>;
  readonly keeper?: Partial<Keeper>;
}

const port = 7000;
export const address = `${serverAddress}:${port}`;
export const all = { prefix: '', after: '', limit: 0 };
export const empty = { files: [], more: false };
export const stamp = { keeperId: 'k1', incarnation: 1, epoch: 1, report: 0, givenUp: [] };
export const never = (): Promise<never> => new Promise(() => undefined);
export const openLink = (): KeeperLink => KeeperLink.open(address);
export const openConnection = (): MasterConnection => MasterConnection.open(address);

export async function stubbedRig(seed = 1): Promise<Rig> {
  const rig = createRig(seed);
  vi.stubGlobal('setTimeout', clock.setTimeout);
  vi.stubGlobal('clearTimeout', clock.clearTimeout);
  vi.stubGlobal('Date', clock.Date);
  onTestFinished(() => void vi.unstubAllGlobals());
  return rig;
}

export async function serve(rig: Rig, { client, keeper }: Handlers) {
  const serving = rig.start(serverAddress);
  const server = await rig.within(serving, () =>
    ControlServer.listen({
      host: serverAddress,
      port,
      client: (client ?? {}) as Client,
      keeper: (keeper ?? {}) as Keeper,
    }),
  );
  return { serving, server };
}

export async function world(handlers: Handlers, seed = 1) {
  const rig = await stubbedRig(seed);
  const { serving, server } = await serve(rig, handlers);
  const dialling: SimProcess = rig.start(clientAddress);
  const connection = await rig.within(dialling, async () => openConnection());
  return { rig, serving, server, dialling, connection };
}
