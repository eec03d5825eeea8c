/**
 * Files that are put and removed over HTTP.
 *
 * What is put waits in the spool until it is whole: the cluster wants to look into an mp4 before it
 * takes it, and its bytes again when a keeper fails. Whoever waits to be told to go on is told once
 * nothing that is known speaks against it. A PUT takes the place of a file unless it says
 * `If-None-Match: *`.
 */
import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { fileBytesMax } from '../../domain/chunk-plan.js';
import { ReelkeepError, toPlainError } from '../../domain/errors.js';
import type { FileView } from '../../domain/file-view.js';
import { type Conditional, judgeConditions, type Validators } from '../../http/conditions.js';
import { httpDate } from '../../http/dates.js';
import { tagText } from '../../http/entity-tags.js';
import { pathOfName } from '../../http/file-path.js';
import { sayContinue } from './continue.js';
import { HttpRefusal } from './error-answers.js';
import { nameOf, validatorsOf } from './file-answers.js';
import { filesPrefix } from './files-prefix.js';
import type { SpooledUpload } from './spooled-upload.js';
import type { GatewayWorld } from './world.js';

export async function putFile(
  request: FastifyRequest,
  reply: FastifyReply,
  world: GatewayWorld,
): Promise<FastifyReply> {
  const name = nameOf(request);
  const { access, headers } = request;
  const replace = headers['if-none-match']?.trim() !== '*';
  access.require('write', name);
  if (replace) access.require('delete', name);
  const size = declaredSize(request);
  const before = await currentOf(name, world);
  requireConditions(request, before);
  await requireRoom(size ?? 0, world);
  const upload = await world.spool.create({
    life: 'passing',
    name,
    replace,
    owner: access.owner,
    metadata: {},
    ...(size === undefined ? {} : { size }),
  });
  try {
    const file = await world.counters.countUpload('put', async () => {
      sayContinue(request, reply);
      await receive(request, upload, size);
      // Whatever has become of the name while the bytes came.
      if (replace && hasConditions(request))
        requireConditions(request, await currentOf(name, world));
      return await store(request, upload, world);
    });
    const { tag, modifiedMs } = validatorsOf(file, Date.now());
    return reply
      .code(before === undefined ? 201 : 204)
      .headers({
        ETag: tagText(tag),
        'Last-Modified': httpDate(modifiedMs),
        Location: pathOfName(file.name, filesPrefix),
      })
      .send();
  } finally {
    await upload.discard();
  }
}

export async function removeFile(
  request: FastifyRequest,
  reply: FastifyReply,
  world: GatewayWorld,
): Promise<FastifyReply> {
  const name = nameOf(request);
  request.access.require('delete', name);
  if (hasConditions(request)) requireConditions(request, await currentOf(name, world));
  await world.cluster.remove(name);
  return reply.code(204).send();
}

/** @returns undefined when nobody has said it */
function declaredSize({ headers }: FastifyRequest): number | undefined {
  if (headers['content-range'] !== undefined)
    throw new HttpRefusal(400, 'usage', 'a part of a file cannot be put: see /uploads');
  if (!['identity', undefined].includes(headers['content-encoding']))
    throw new HttpRefusal(415, 'usage', 'a file is put as it is, without Content-Encoding');
  const length = headers['content-length'];
  // With an HTTP parser in front, it is a number or it is not there.
  const size = length === undefined ? undefined : Number(length);
  if ((size ?? 0) > fileBytesMax)
    throw new HttpRefusal(413, 'refused-input', `no file has more than ${fileBytesMax} bytes`);
  return headers['transfer-encoding'] === undefined ? (size ?? 0) : undefined;
}

/** Undefined when there is none, or none that the gateway may see. */
async function currentOf(name: string, { cluster }: GatewayWorld): Promise<Validators | undefined> {
  try {
    return validatorsOf(await cluster.stat(name), Date.now());
  } catch (error) {
    const { code } = toPlainError(error);
    if (code === 'not-found' || code === 'not-allowed') return undefined;
    throw error;
  }
}

const conditions = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'];

const hasConditions = ({ headers }: FastifyRequest): boolean =>
  conditions.some((name) => headers[name] !== undefined);

/** @throws HttpRefusal */
function requireConditions(
  { method, headers }: FastifyRequest,
  current: Conditional['current'],
): void {
  if (judgeConditions({ method, headers, current, now: Date.now() }) === 'go on') return;
  throw new HttpRefusal(
    412,
    'conflict',
    current === undefined
      ? 'there is no such file'
      : 'the file is there, and not as the request says it should be',
  );
}

/** That no keeper has is known before a byte comes. */
async function requireRoom(size: number, { cluster }: GatewayWorld): Promise<void> {
  const keepers = await cluster.keepers();
  const free = keepers
    .filter(({ state, disk }) => state === 'alive' && disk === 'sound')
    .map(({ freeBytes }) => freeBytes);
  if (free.length === 0 || free.some((bytes) => bytes >= size)) return;
  throw new ReelkeepError('no-space', `no keeper has room for ${size} bytes`);
}

/** @throws ReelkeepError also when the caller has gone before the end */
async function receive(
  request: FastifyRequest,
  upload: SpooledUpload,
  size: number | undefined,
): Promise<void> {
  const body = request.body as Readable;
  try {
    if (size !== 0) await upload.append(body, 0);
  } catch (error) {
    if (!request.raw.destroyed || request.raw.complete) throw error;
    throw new ReelkeepError('unavailable', 'the bytes broke off', { cause: error });
  }
  if (size === undefined) upload.end();
  if (!upload.isWhole) throw new ReelkeepError('unavailable', 'the bytes broke off');
}

/** The connection says nothing meanwhile, however long the cluster takes. */
async function store(
  request: FastifyRequest,
  upload: SpooledUpload,
  { cluster, config }: GatewayWorld,
): Promise<FileView> {
  const { socket } = request.raw;
  socket.setTimeout(0);
  try {
    return await upload.commit((put) => cluster.put(put));
  } catch (error) {
    const { code, detail } = toPlainError(error);
    const isTaken = code === 'conflict' && !upload.note.replace;
    throw isTaken ? new HttpRefusal(412, code, detail) : error;
  } finally {
    socket.setTimeout(config.http.socketIdleMs);
  }
}
