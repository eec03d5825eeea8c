/**
 * One file: what is known of it, verified now, named anew. Its name is the rest of the path; what is
 * to be done with it stands behind the name, so a file may be called as that is.
 */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ReelkeepError } from '../../domain/errors.js';
import { acceptName } from '../../domain/names.js';
import { nameInPath } from '../../http/file-path.js';
import { asked } from './asked.js';
import { toDetailJson } from './detail-json.js';
import type { Routes } from './routes.js';
import { Verifier } from './verifier.js';

const prefix = '/api/files/';
/** What else is needed is asked for where it is known. */
const toRead = { config: { access: 'read' } } as const;
const renaming = z.strictObject({ newName: z.string().min(1) });

export const fileApiRoutes: Routes = (app, { cluster }) => {
  const verifier = new Verifier(cluster);

  app.get(`${prefix}*`, toRead, async (request, reply) => {
    reply.header('Cache-Control', 'no-store');
    const name = nameIn(request.raw.url ?? '');
    request.access.require('read', name);
    return toDetailJson(await cluster.stat(name));
  });

  app.post(`${prefix}*`, toRead, async (request, reply) => {
    reply.header('Cache-Control', 'no-store');
    const { name, action } = actionOn(request);
    request.access.require('read', name);
    if (action === 'rename') {
      const newName = accepted(asked(renaming, request.body).newName);
      request.access.require('delete', name);
      request.access.require('write', newName);
      await cluster.rename(name, newName);
      return reply.code(204).send();
    }
    const told = await verifier.begin(name);
    return reply.header('Content-Type', 'application/x-ndjson; charset=utf-8').send(told);
  });
};

function actionOn({ raw }: FastifyRequest): { name: string; action: 'verify' | 'rename' } {
  const [path = ''] = (raw.url ?? '').split('?', 1);
  const [, named = '', action = ''] = /^(.*)\/(verify|rename)$/.exec(path) ?? [];
  if (action !== 'verify' && action !== 'rename')
    throw new ReelkeepError('not-found', 'a file can be sent to /verify or /rename');
  return { name: nameIn(named), action };
}

function nameIn(url: string): string {
  const name = nameInPath(url, prefix);
  if (name === undefined) throw new ReelkeepError('refused-input', 'the path is no encoded name');
  return accepted(name);
}

/** As names are stored: rights are judged by that. */
function accepted(text: string): string {
  const name = acceptName(text);
  if (!name.ok) throw new ReelkeepError('refused-input', name.reason);
  return name.name;
}
