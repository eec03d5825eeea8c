/** What this keeper does for those who come to its data port with a ticket. */
import { join } from 'node:path';
import { ReelkeepError } from '../../domain/errors.js';
import type { OwnCredentials } from '../../domain/own-credentials.js';
import { AuditLog } from '../../storage/audit-log.js';
import type { GetRequest, PutRequest, PutSink, TransferHandlers } from '../../transfer/handlers.js';
import { TransferServer } from '../../transfer/transfer-server.js';
import { startStoring } from './storing.js';
import type { KeeperWorld } from './world.js';

export interface DataPort {
  readonly server: TransferServer;
  /** Of what was refused; none without credentials. */
  readonly audit: AuditLog | undefined;
}

const auditDirectory = 'audit';

/**
 * @param credentials for TLS; plain text without them
 * @throws ReelkeepError `conflict` when the port is in use; `unavailable`
 */
export async function openDataPort(
  world: KeeperWorld,
  credentials: OwnCredentials | undefined,
): Promise<DataPort> {
  const { config, log, store, term } = world;
  const { host, port, credentialsDir, dataDir } = config;
  const audit =
    credentialsDir === undefined
      ? undefined
      : await AuditLog.open({
          directory: join(dataDir, auditDirectory),
          onFailure: (error) => log.error({ err: error }, 'lines of the audit log were lost'),
        });
  try {
    const server = await TransferServer.listen({
      host,
      port,
      log,
      credentials,
      counters: world.counters.transfers,
      handlers: createTransferHandlers(world),
      onRefused: ({ peer, who, operation, fileId, why }) =>
        audit?.note({
          who: who && { role: who.role, name: who.name },
          peer,
          what: operation,
          ...(fileId !== undefined && { about: { fileId } }),
          outcome: 'refused',
          why,
        }),
      authority: {
        keeper: store.identity.keeperId,
        // A new directory may be taken in under a later one.
        get incarnation() {
          return store.identity.incarnation;
        },
        keyOf: (keyId) => term.keyOf(keyId),
        highestEpoch: () => Math.max(term.epoch, store.identity.highestEpoch),
        masterNowMs: () => term.masterNowMs(),
      },
    });
    return { server, audit };
  } catch (error) {
    await audit?.close();
    throw portError(error, host, port);
  }
}

function createTransferHandlers(world: KeeperWorld): TransferHandlers {
  return {
    put: (request) => receive(world, request),

    async get({ fileId, claims }: GetRequest) {
      const replica = await world.store.openReplica(fileId);
      if (replica.digest === claims.digest && replica.size === claims.size) {
        const leave = claims.forCopy ? () => undefined : world.repairs.clientCame();
        return {
          size: replica.size,
          digest: replica.digest,
          readChunk: (index, { shared }) => replica.readChunk(index, shared),
          close: () => {
            leave();
            return replica.close();
          },
        };
      }
      await replica.close();
      throw new ReelkeepError(
        'integrity',
        'this replica is not of the bytes that the ticket names',
      );
    },

    manifest: ({ fileId }) => world.store.readManifest(fileId),
  };
}

async function receive(world: KeeperWorld, request: PutRequest): Promise<PutSink> {
  const { arrivals, store } = world;
  const { claims, fileId, uploadId, signal } = request;
  if (claims.label === undefined)
    throw new ReelkeepError('not-allowed', 'the ticket does not say what is stored');
  signal.throwIfAborted();
  // Refused while an earlier try of the same upload is still here: that one stays the one in charge.
  const staged = await store.stage(fileId, uploadId, claims.size);
  const discarded = arrivals.beginUpload(uploadId);
  const storing = startStoring(world, { staged, isUpload: true, fields: claims.label });
  const end = (): void => arrivals.endUpload(uploadId, discarded);
  storing.stored.then(end, end);
  const leave = world.repairs.clientCame();
  storing.durable.then(leave, leave);
  return {
    async writeChunk(index, buffer, length, digest) {
      discarded.signal.throwIfAborted();
      await staged.writeChunk(index, buffer.shared, length, digest);
    },
    async finish(totals) {
      storing.received(totals);
      await storing.durable;
    },
    async abort(failure) {
      storing.aborted(failure);
      await storing.stored.catch(() => undefined);
    },
  };
}

function portError(error: unknown, host: string, port: number): unknown {
  const cause =
    error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  if (cause?.code !== 'EADDRINUSE') return error;
  return new ReelkeepError(
    'conflict',
    `port ${port} of ${host} is in use: choose another with --port, or 0 for a free one`,
    { cause: error },
  );
}
