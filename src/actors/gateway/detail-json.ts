/** A file as its own page shows it. */
import { chunkBytes, chunkCount } from '../../domain/chunk-plan.js';
import type { FileView } from '../../domain/file-view.js';
import { toFileJson } from '../client/file-json.js';
import type { FileDetailJson } from './api-shapes.js';

export const toDetailJson = (file: FileView): FileDetailJson => ({
  ...toFileJson(file),
  chunkBytes,
  chunks: chunkCount(file.size),
});
