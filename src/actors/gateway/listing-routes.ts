/** Files, a page at a time: all of them, those that are searched for, and those of one keeper. */
import { z } from 'zod';
import { fileId, isFileId } from '../../domain/ids.js';
import { toFileJson } from '../client/file-json.js';
import { apiLimits } from './api-limits.js';
import type { FilePageJson } from './api-shapes.js';
import { asked } from './asked.js';
import { createNameSearch, type FoundFiles } from './name-search.js';
import type { Routes } from './routes.js';

/** Longer than any name, so that a name always fits. */
const textLengthMax = 4_096;

const mayList = { config: { access: 'list' } } as const;

const limit = (max: number) =>
  z.coerce.number().int().min(1).max(max).default(apiLimits.pageFilesDefault);

const listing = z.strictObject({
  prefix: z.string().max(textLengthMax).default(''),
  contains: z.string().max(apiLimits.searchTextLengthMax).default(''),
  after: z.string().max(textLengthMax).default(''),
  limit: limit(1_000),
});

const ofKeeper = z.strictObject({
  after: z.string().refine(isFileId, 'no file id').transform(fileId).or(z.literal('')).default(''),
  limit: limit(500),
});

const keeperNamed = z.strictObject({ keeper: z.string().min(1).max(64) });

export const listingRoutes: Routes = (app, { cluster }) => {
  const search = createNameSearch(cluster);

  app.get('/api/files', mayList, async (request, reply): Promise<FilePageJson> => {
    reply.header('Cache-Control', 'no-store');
    const given = asked(listing, request.query);
    const query = {
      ...given,
      prefix: request.access.within('list', given.prefix.normalize('NFC')),
    };
    if (query.contains !== '') return toPageJson(await search(query));
    const page = await cluster.listPage(query);
    return toPageJson({ ...page, scanned: page.files.length });
  });

  app.get('/api/keepers/:keeper/files', mayList, async (request, reply): Promise<FilePageJson> => {
    reply.header('Cache-Control', 'no-store');
    const { keeper } = asked(keeperNamed, request.params);
    const query = asked(ofKeeper, request.query);
    request.access.within('list', '');
    const after = query.after === '' ? undefined : query.after;
    const page = await cluster.keeperFiles({ keeper, after, limit: query.limit });
    const files = page.files.filter(({ name }) => request.access.may('list', name));
    return toPageJson({ ...page, files, scanned: page.files.length });
  });
};

const toPageJson = ({ files, next, scanned }: FoundFiles): FilePageJson => ({
  files: files.map(toFileJson),
  ...(next !== undefined && { next }),
  scanned,
});
