/** What the page asks of its gateway. */
import type {
  ErrorJson,
  FileDetailJson,
  FilePageJson,
  SessionJson,
  VerificationJson,
} from '../../src/actors/gateway/api-shapes.js';
import { type FileQuery, filmPath } from './route.js';

class ApiError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export const pageFiles = 100;

export function listFiles(query: FileQuery, signal: AbortSignal): Promise<FilePageJson> {
  const { text, match, after } = query;
  const asked = new URLSearchParams({ after, limit: String(pageFiles) });
  asked.set(match === 'contains' ? 'contains' : 'prefix', text);
  return ask(`/api/files?${asked}`, { signal });
}

export function listKeeperFiles(
  keeper: string,
  after: string,
  signal: AbortSignal,
): Promise<FilePageJson> {
  const asked = new URLSearchParams({ after, limit: String(pageFiles) });
  return ask(`/api/keepers/${encodeURIComponent(keeper)}/files?${asked}`, { signal });
}

export const findFile = (name: string, signal?: AbortSignal): Promise<FileDetailJson> =>
  ask(`/api${filmPath(name)}`, signal === undefined ? {} : { signal });

export async function renameFile(name: string, newName: string): Promise<void> {
  await ask(`/api${filmPath(name)}/rename`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ newName }),
  });
}

export async function removeFile(name: string): Promise<void> {
  await answered(await fetch(filmPath(name), { method: 'DELETE' }));
}

export const findSession = (): Promise<SessionJson> => ask('/session', {});

export async function endSession(): Promise<void> {
  await answered(await fetch('/session', { method: 'DELETE' }));
}

/** Yields what each keeper found as it is told, then the file. */
export async function* verifyFile(
  name: string,
  signal: AbortSignal,
): AsyncGenerator<Exclude<VerificationJson, ErrorJson>> {
  const response = await answered(
    await fetch(`/api${filmPath(name)}/verify`, { method: 'POST', signal }),
  );
  for await (const line of linesOf(response)) {
    const told = JSON.parse(line) as VerificationJson;
    if ('error' in told) throw new ApiError(told.error.code, told.error.message);
    yield told;
  }
}

async function ask<Answer>(path: string, init: RequestInit): Promise<Answer> {
  const response = await answered(await fetch(path, init));
  return response.status === 204 ? (undefined as Answer) : ((await response.json()) as Answer);
}

async function answered(response: Response): Promise<Response> {
  if (response.ok) return response;
  const type = response.headers.get('content-type') ?? '';
  if (!type.startsWith('application/json'))
    throw new ApiError('internal', `the gateway answered with ${response.status}`);
  const { error } = (await response.json()) as ErrorJson;
  throw new ApiError(error.code, error.message);
}

async function* linesOf(response: Response): AsyncGenerator<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
    const lines = (rest + read.value).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line !== '');
  }
}
