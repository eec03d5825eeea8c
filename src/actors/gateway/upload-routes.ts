/**
 * Uploads that resume, by the tus protocol 1.0 (https://tus.io/protocols/resumable-upload).
 *
 * The request that brings the last byte is answered when the cluster has acknowledged the file, and
 * no earlier answer says that every byte is there: clients take that for success.
 */
import type { IncomingMessage } from 'node:http';
import { Server, type Upload } from '@tus/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { httpStatusOf, ReelkeepError, toPlainError } from '../../domain/errors.js';
import { readTusWish, type TusWish } from '../../http/tus-metadata.js';
import { sayContinue } from './continue.js';
import { HttpRefusal } from './error-answers.js';
import type { Routes } from './routes.js';
import type { SpooledUpload } from './spooled-upload.js';
import { TusStore } from './tus-store.js';
import { uploadLimits } from './upload-limits.js';
import { locked, UploadLocks } from './upload-locks.js';
import type { GatewayWorld } from './world.js';

const path = '/uploads';

export const uploadRoutes: Routes = (app, world) => {
  const tus = createTus(world);
  const options = { config: { access: 'write', continues: 'itself' } } as const;
  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    requireVersion(request);
    // The library answers on its own.
    reply.hijack();
    try {
      await tus.handle(request, reply);
    } catch (error) {
      world.log.error({ err: error }, 'an upload was not answered');
      reply.raw.destroy();
    }
  };
  app.removeAllContentTypeParsers();
  // Read by the library as it comes.
  app.addContentTypeParser('*', (_request, _body, done) => done(null));
  app.route({ ...options, method: ['POST', 'OPTIONS'], url: path, handler });
  app.route({
    ...options,
    method: ['HEAD', 'PATCH', 'DELETE', 'OPTIONS'],
    url: `${path}/:id`,
    handler,
  });
};

const version = '1.0.0';

/** Another one may mean other things by the same words. */
function requireVersion({ method, headers }: FastifyRequest): void {
  if (method === 'OPTIONS' || headers['tus-resumable'] === version) return;
  throw new HttpRefusal(412, 'usage', `say "Tus-Resumable: ${version}"`, {
    'Tus-Version': version,
  });
}

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** What the library gives to its hooks; it has what Node gave to it. */
interface LibraryRequest {
  readonly method: string;
  readonly runtime?: { readonly node?: { readonly req: unknown } };
}

function createTus(world: GatewayWorld) {
  const store = new TusStore(world.spool);
  const exchanges = new WeakMap<IncomingMessage, Exchange>();
  const exchangeOf = ({ runtime }: LibraryRequest): Exchange => {
    const exchange = exchanges.get(runtime?.node?.req as IncomingMessage);
    if (exchange === undefined) throw new ReelkeepError('internal', 'a request that never came');
    return exchange;
  };
  const server = new Server({
    path,
    datastore: store,
    locker: new UploadLocks(),
    lockDrainTimeout: uploadLimits.makeRoomMs,
    maxSize: world.spool.spoolBytesMax,
    relativeLocation: true,
    // To nobody else's pages.
    allowedOrigins: [],
    onUploadCreate: async (incoming, upload) => {
      const exchange = exchangeOf(incoming as LibraryRequest);
      await begin(upload, exchange, world);
      sayContinue(exchange.request, exchange.reply);
      return {};
    },
    onIncomingRequest: async (incoming, id) => {
      if (incoming.method === 'POST') return;
      const exchange = exchangeOf(incoming as LibraryRequest);
      await admit(store.find(id), exchange);
      sayContinue(exchange.request, exchange.reply);
    },
    onUploadFinish: async (incoming, { id }) => {
      const upload = store.find(id);
      await commit(upload, exchangeOf(incoming as LibraryRequest), world);
      return { headers: tagOf(upload) };
    },
    onResponseError: (incoming, error) => answerOf(error, incoming as LibraryRequest, world),
  });
  return {
    async handle(request: FastifyRequest, reply: FastifyReply): Promise<void> {
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) reply.raw.setHeader(name, value);
      exchanges.set(request.raw, { request, reply });
      await server.handle(request.raw, reply.raw);
    },
  };
}

/** Everything that can be known before a byte comes is looked at before a byte comes. */
async function begin(
  upload: Upload,
  { request: { access, headers } }: Exchange,
  world: GatewayWorld,
): Promise<void> {
  const { metadataBytesMax } = uploadLimits;
  if (Buffer.byteLength(headers['upload-metadata']?.toString() ?? '') > metadataBytesMax)
    throw new ReelkeepError('refused-input', `Upload-Metadata has over ${metadataBytesMax} bytes`);
  const metadata = upload.metadata ?? {};
  const verdict = readTusWish(metadata);
  if (!verdict.ok) throw new ReelkeepError('refused-input', verdict.reason);
  const { wish } = verdict;
  access.require('write', wish.name);
  if (wish.replace) access.require('delete', wish.name);
  await requireFreeName(wish, world);
  const { owner } = access;
  const size = upload.size ?? 0;
  const spooled = await world.spool.create({ ...wish, owner, metadata, life: 'kept', size });
  upload.id = spooled.id;
}

/** Looked at again when the file is stored; this spares whoever would send it in vain. */
async function requireFreeName({ name, replace }: TusWish, { cluster }: GatewayWorld) {
  if (replace) return;
  const exists = await cluster.stat(name).then(
    () => true,
    (error: unknown) => {
      const { code } = toPlainError(error);
      // Whoever may write a name may not see it, maybe.
      if (code === 'not-found' || code === 'not-allowed') return false;
      throw error;
    },
  );
  if (exists) throw new ReelkeepError('conflict', `"${name}" exists`);
}

/** @throws ReelkeepError why nothing can be done with it now */
async function admit(upload: SpooledUpload, { request, reply }: Exchange): Promise<void> {
  const { access, method } = request;
  const { name, owner } = upload.note;
  if (owner !== access.owner)
    throw new ReelkeepError('not-found', 'there is no such upload, or its time is over');
  access.require('write', name);
  await waitWhileStoring(upload);
  const { outcome } = upload.note;
  if (outcome.type === 'stored')
    for (const [key, value] of Object.entries(tagOf(upload))) reply.raw.setHeader(key, value);
  if (outcome.type !== 'refused' || method === 'DELETE') return;
  const { code, detail } = outcome.error;
  throw new HttpRefusal(method === 'HEAD' ? 410 : httpStatusOf(code), code, detail);
}

/** What came of it is the answer; so it is waited for, as long as connections stay. */
async function waitWhileStoring(upload: SpooledUpload): Promise<void> {
  const { storing } = upload;
  if (storing === undefined) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), uploadLimits.storingWaitMs);
  });
  const end = await Promise.race([storing.catch(() => undefined), late]);
  clearTimeout(timer);
  if (end === 'late') throw locked('the cluster is storing this file; ask again');
}

/** The connection says nothing meanwhile, however long the cluster takes. */
async function commit(
  upload: SpooledUpload,
  { request }: Exchange,
  { cluster, config, counters, log }: GatewayWorld,
): Promise<void> {
  const { socket } = request.raw;
  socket.setTimeout(0);
  try {
    const { name, size, digest } = await counters.countUpload('tus', () =>
      upload.commit((put) => cluster.put(put)),
    );
    log.info(
      { who: request.access.who, upload: upload.id, name, size, digest },
      'stored an upload',
    );
  } finally {
    socket.setTimeout(config.http.socketIdleMs);
  }
}

function tagOf({ note: { outcome } }: SpooledUpload): Record<string, string> {
  return outcome.type === 'stored' ? { ETag: `"${outcome.digest}"` } : {};
}

/** In the form in which every other route says no. */
function answerOf(
  error: Error | { readonly status_code: number; readonly body: string },
  { method }: LibraryRequest,
  { log }: GatewayWorld,
): { status_code: number; body: string } {
  if (!(error instanceof Error))
    return inWords(error.status_code, { code: 'usage', detail: error.body.trim() });
  if (error instanceof HttpRefusal) return inWords(error.status, toPlainError(error));
  if (error instanceof ReelkeepError) return inWords(httpStatusOf(error.code), toPlainError(error));
  if ('status_code' in error && typeof error.status_code === 'number')
    return inWords(error.status_code, { code: 'usage', detail: error.message.trim() });
  log.error({ err: error, method, route: path }, 'a request failed');
  return inWords(500, { code: 'internal', detail: 'a defect; the log has it' });
}

const inWords = (status: number, { code, detail }: { code: string; detail: string }) => ({
  status_code: status,
  body: `${JSON.stringify({ error: { code, message: detail } })}\n`,
});
