/** A file, or parts of it, as the answer to a GET or HEAD. */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ReelkeepError } from '../../domain/errors.js';
import type { FileView } from '../../domain/file-view.js';
import { type AnswerPlan, planAnswer } from '../../http/answer-plan.js';
import type { Validators } from '../../http/conditions.js';
import { attachment } from '../../http/content-disposition.js';
import { strongTag } from '../../http/entity-tags.js';
import { nameInPath } from '../../http/file-path.js';
import type { FileReader } from '../client/cluster.js';
import { HttpRefusal } from './error-answers.js';
import { filesPrefix } from './files-prefix.js';
import type { GatewayWorld } from './world.js';

const contentType = 'video/mp4';

/** @throws ReelkeepError `not-found`, also for what can be no name */
export function nameOf({ raw }: FastifyRequest): string {
  const name = nameInPath(raw.url ?? '', filesPrefix);
  if (name === undefined) throw new ReelkeepError('refused-input', 'the path holds no name');
  return name;
}

/** @throws ReelkeepError also for a name that the caller may not read */
function nameToRead(request: FastifyRequest): string {
  const name = nameOf(request);
  request.access.require('read', name);
  return name;
}

/** By which callers know whether the file is the one that they have. */
export function validatorsOf({ digest, createdAt }: FileView, now: number): Validators {
  // A clock that was ahead must not make a file newer than the answer.
  const modifiedMs = Math.min(createdAt, now);
  return { tag: strongTag(digest), modifiedMs: modifiedMs - (modifiedMs % 1000) };
}

export async function describeFile(
  request: FastifyRequest,
  reply: FastifyReply,
  { cluster }: GatewayWorld,
): Promise<FastifyReply> {
  const file = await cluster.stat(nameToRead(request));
  return begin(request, reply, file, planFor(request, file)).send();
}

export async function answerFile(
  request: FastifyRequest,
  reply: FastifyReply,
  world: GatewayWorld,
): Promise<FastifyReply> {
  const reader = await world.cluster.open(nameToRead(request));
  const { file } = reader;
  const plan = planFor(request, file);
  if (plan.parts.length === 0) return begin(request, reply, file, plan).send();
  const gone = whenGone(reply);
  whenAborted(gone, world.counters.viewers.begin('viewer'));
  const bytes = bodyOf(plan, reader, gone);
  // What cannot be read at all is told as such, and not by an answer that breaks off.
  const first = await bytes.next();
  const body = Readable.from(resumed(first, bytes), { objectMode: false, highWaterMark });
  body.once('error', (error) => {
    if (!gone.aborted) world.log.warn({ err: error, name: file.name }, 'an answer breaks off');
  });
  request.raw.socket.setTimeout(world.config.http.viewerIdleMs);
  return begin(request, reply, file, plan).send(body);
}

function whenGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  const leave = (): void => gone.abort(new ReelkeepError('unavailable', 'the viewer has gone'));
  reply.raw.once('close', leave);
  if (reply.raw.closed) leave();
  return gone.signal;
}

function whenAborted(signal: AbortSignal, end: () => void): void {
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
}

/** Bytes that have been read and not sent. */
const highWaterMark = 64 * 1024;

/** @throws HttpRefusal when the answer is no file */
function planFor({ method, headers }: FastifyRequest, file: FileView): AnswerPlan {
  const now = Date.now();
  const plan = planAnswer({
    method,
    headers,
    now,
    current: validatorsOf(file, now),
    size: file.size,
    contentType,
    boundary: randomBytes(16).toString('hex'),
  });
  if (plan.status === 412)
    throw new HttpRefusal(412, 'conflict', 'the file is not as the request says it should be');
  if (plan.status === 416)
    throw new HttpRefusal(
      416,
      'usage',
      `the file has ${file.size} bytes, and none that are asked for`,
      { 'Content-Range': String(plan.headers['Content-Range']) },
    );
  return plan;
}

/** Status and headers, once nothing but a broken connection can come between. */
function begin(
  request: FastifyRequest,
  reply: FastifyReply,
  { name }: FileView,
  { status, headers }: AnswerPlan,
): FastifyReply {
  if (isDownload(request)) reply.header('Content-Disposition', attachment(name));
  // Node dates answers by a clock of its own that may lag, and no file is newer than its answer.
  reply.header('Date', new Date().toUTCString());
  return reply.code(status).headers(headers).header('Cache-Control', 'no-cache');
}

const isDownload = ({ query }: FastifyRequest): boolean =>
  typeof query === 'object' && query !== null && 'download' in query;

async function* bodyOf(
  { parts, multipart }: AnswerPlan,
  reader: FileReader,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  for (const [at, { first, last }] of parts.entries()) {
    if (multipart !== undefined) yield Buffer.from(multipart.head(at));
    yield* reader.read(first, last + 1, signal);
  }
  if (multipart !== undefined) yield Buffer.from(multipart.tail);
}

async function* resumed(
  first: IteratorResult<Buffer, void>,
  rest: AsyncGenerator<Buffer, void, undefined>,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    if (!first.done) yield first.value;
    yield* rest;
  } finally {
    await rest.return();
  }
}
