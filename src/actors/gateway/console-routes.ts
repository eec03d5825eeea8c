/** The console: a page, and what belongs to it. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Asset, type Assets, readConsole } from './console-assets.js';
import type { Routes } from './routes.js';

const open = { config: { access: 'open' } } as const;

/** The page makes pictures of films by itself. */
const policy =
  "default-src 'self'; img-src 'self' blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

export const consoleRoutes: Routes = async (app, { log }) => {
  const assets = await readConsole();
  if (assets.size === 0) log.warn('the console has not been built: there is none');
  serveAssets(app, assets);
};

export function serveAssets(app: Parameters<Routes>[0], assets: Assets): void {
  for (const [path, asset] of assets)
    app.get(path, open, (request, reply) => answer(asset, request, reply));
}

function answer(asset: Asset, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { type, bytes, zipped, tag, isImmutable } = asset;
  const isZipped = zipped !== undefined && acceptsGzip(request);
  const etag = `"${tag}${isZipped ? '-gz' : ''}"`;
  reply
    .header('Cache-Control', isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache')
    .header('Content-Security-Policy', policy)
    .header('ETag', etag)
    .header('Vary', 'Accept-Encoding');
  if (has(request, etag)) return reply.code(304).send();
  if (isZipped) reply.header('Content-Encoding', 'gzip');
  return reply.type(type).send(isZipped ? zipped : bytes);
}

const acceptsGzip = ({ headers }: FastifyRequest): boolean =>
  /(^|,)\s*gzip\s*(;\s*q=(1|0\.0*[1-9]\d*)[\d.]*\s*)?(,|$)/i.test(
    String(headers['accept-encoding'] ?? ''),
  );

const has = ({ headers }: FastifyRequest, etag: string): boolean =>
  (headers['if-none-match'] ?? '')
    .split(',')
    .some((tag) => tag.trim().replace(/^W\//, '') === etag);
