/** Opens the master's port to those who may come in. */
import type { Credentials } from '../../credentials/credential-files.js';
import { type Access, ControlServer } from '../../rpc/control-server.js';
import { createFileHandlers } from './file-handlers.js';
import { createKeeperHandlers } from './keeper-handlers.js';
import { createOverviewHandlers } from './overview-handlers.js';
import { createReportHandlers } from './report-handlers.js';
import { createRetireHandler } from './retire-keeper.js';
import { createSessionHandler } from './session-handler.js';
import { createUploadHandlers } from './upload-handlers.js';
import { createVerifyHandlers } from './verify-handlers.js';
import type { MasterWorld } from './world.js';

/** @param credentials everyone who reaches the port may come in without them */
export async function listen(
  world: MasterWorld,
  credentials: Credentials | undefined,
): Promise<ControlServer> {
  const { host, port } = world.config;
  return await ControlServer.listen({
    host,
    port,
    access: credentials && accessOf(world, credentials),
    client: {
      ...createUploadHandlers(world),
      ...createFileHandlers(world),
      ...createOverviewHandlers(world),
      ...createRetireHandler(world),
      ...createVerifyHandlers(world),
    },
    keeper: {
      ...createKeeperHandlers(world),
      ...createReportHandlers(world),
      session: createSessionHandler(world),
    },
  });
}

const accessOf = ({ log }: MasterWorld, credentials: Credentials): Access => ({
  credentials,
  onRefused: ({ principal, ...refusal }) => log.warn({ ...refusal, ...principal }, 'refused'),
});
