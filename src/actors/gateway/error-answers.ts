/** What a caller is told when a request comes to nothing: a status, and `{"error":{"code","message"}}`. */
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { type ErrorCode, httpStatusOf, ReelkeepError, toPlainError } from '../../domain/errors.js';

interface ErrorAnswer {
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
}

/** A refusal in the words of HTTP, for which the codes of Reelkeep have no status of their own. */
export class HttpRefusal extends ReelkeepError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: ErrorCode,
    detail: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(code, detail);
    this.status = status;
    this.headers = headers;
  }
}

function answerOf(error: unknown): ErrorAnswer {
  const { code, detail } = toPlainError(error);
  if (error instanceof HttpRefusal) return { status: error.status, code, message: detail };
  if (error instanceof ReelkeepError) return { status: httpStatusOf(code), code, message: detail };
  const status = refusedStatusOf(error);
  if (status !== undefined) return { status, code: 'usage', message: detail };
  return {
    status: httpStatusOf('internal'),
    code: 'internal',
    message: 'a defect; the log has it',
  };
}

export function answerError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  log: Logger,
): FastifyReply {
  const { status, code, message } = answerOf(error);
  const { method, url } = request;
  if (code === 'internal') log.error({ err: error, method, url }, 'a request failed');
  if (error instanceof HttpRefusal) reply.headers(error.headers);
  if (status === httpStatusOf('unavailable')) reply.header('Retry-After', retryAfterSeconds);
  return reply.code(status).header('Cache-Control', 'no-store').send({ error: { code, message } });
}

const retryAfterSeconds = 1;

/** Of the framework: a body too long, JSON that is none, a kind of content that nobody reads. */
function refusedStatusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  const { statusCode } = error;
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500
    ? statusCode
    : undefined;
}

const statusLines: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** For what could not be read as a request at all. */
export function answerBadSyntax(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify({ error: { code: 'usage', message: 'this is no HTTP request' } });
  const head = [
    `HTTP/1.1 ${statusLines[error.code ?? ''] ?? '400 Bad Request'}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
