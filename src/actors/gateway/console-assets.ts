/** The files of the console, as the build has made them: all of them are known at the start, and no others are looked for. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

export interface Asset {
  readonly type: string;
  readonly bytes: Buffer;
  /** Absent where it would be no shorter. */
  readonly zipped: Buffer | undefined;
  /** Of the bytes, without quotes. */
  readonly tag: string;
  /** Its name tells its content, so it can be kept for ever. */
  readonly isImmutable: boolean;
}

/** By path: `/` is the page. */
export type Assets = ReadonlyMap<string, Asset>;

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const zip = promisify(gzip);

/** @returns none when the console has not been built */
export async function readConsole(directory = builtDirectory()): Promise<Assets> {
  if (directory === undefined) return new Map();
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && extname(entry.name) in types);
  const assets = files.map(async ({ parentPath, name }) => {
    const file = join(parentPath, name);
    const path = `/${relative(directory, file).split(sep).join('/')}`;
    return [path === '/index.html' ? '/' : path, await readAsset(file, path)] as const;
  });
  return withIcon(new Map(await Promise.all(assets)));
}

/** Browsers look for the icon of a page that names none, such as the one that a link opens. */
function withIcon(assets: Assets): Assets {
  const mark = Array.from(assets).find(([path]) => path.startsWith('/assets/mark-'))?.[1];
  return mark ? new Map([...assets, ['/favicon.ico', { ...mark, isImmutable: false }]]) : assets;
}

async function readAsset(file: string, path: string): Promise<Asset> {
  const bytes = await readFile(file);
  const zipped = await zip(bytes, { level: 9 });
  return {
    type: types[extname(file)] ?? '',
    bytes,
    zipped: zipped.length < bytes.length ? zipped : undefined,
    tag: createHash('sha256').update(bytes).digest('base64url').slice(0, 22),
    isImmutable: path.startsWith('/assets/'),
  };
}

function builtDirectory(): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve('#console/index.html'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
