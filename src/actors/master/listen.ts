/** Opens the master's port to those who may come in. */
import { type ClientHandlers, ControlServer } from '../../rpc/control-server.js';
import type { AuditEntry, AuditLog } from '../../storage/audit-log.js';
import { withAudit } from './audited.js';
import { createFileHandlers } from './file-handlers.js';
import { createKeeperHandlers } from './keeper-handlers.js';
import { createOverviewHandlers } from './overview-handlers.js';
import { createRefusalLog } from './refusal-log.js';
import { createReportHandlers } from './report-handlers.js';
import { createRetireHandler } from './retire-keeper.js';
import { withRights } from './rights.js';
import { openAudit, type Secured } from './secured.js';
import { createSessionHandler } from './session-handler.js';
import { createUploadHandlers } from './upload-handlers.js';
import { createVerifyHandlers } from './verify-handlers.js';
import type { MasterWorld } from './world.js';

export interface Listening {
  readonly server: ControlServer;
  /** Of who asked for what; none where everyone may do everything. */
  readonly audit: AuditLog | undefined;
}

/** @param secured everyone who reaches the port may do everything without it */
export async function listen(world: MasterWorld, secured: Secured | undefined): Promise<Listening> {
  const { config, log } = world;
  const { host, port, metricsPort } = config;
  const audit = secured && (await openAudit(config, log));
  const note = (entry: AuditEntry): void => audit?.note(entry);
  const client = {
    ...createUploadHandlers(world),
    ...createFileHandlers(world),
    ...createOverviewHandlers(world),
    ...createRetireHandler(world),
    ...createVerifyHandlers(world),
  };
  const listening = ControlServer.listen({
    host,
    port,
    access: secured && {
      credentials: secured.credentials,
      onRefused: createRefusalLog(log, note, world.clockMs),
    },
    ...(metricsPort !== undefined && { counters: world.counters.rpc }),
    client: secured === undefined ? client : guarded(client, secured, note),
    keeper: {
      ...createKeeperHandlers(world),
      ...createReportHandlers(world),
      session: createSessionHandler(world),
    },
  });
  try {
    return { server: await listening, audit };
  } catch (error) {
    await audit?.close();
    throw error;
  }
}

type Note = (entry: AuditEntry) => void;

const guarded = (client: ClientHandlers, { policy }: Secured, note: Note): ClientHandlers =>
  withAudit(
    withRights(client, () => policy.policy),
    note,
  );
