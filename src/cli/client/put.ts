import type { PutRequest } from '../../actors/client/cluster.js';
import { toFileJson } from '../../actors/client/file-json.js';
import { ReelkeepError } from '../../domain/errors.js';
import { sizeText } from '../size-text.js';
import { liveCount } from './file-text.js';
import { findLocalFiles, type LocalFile, withSpooled } from './local-files.js';
import { forEachFile } from './many.js';
import type { Session } from './session.js';

export interface PutOptions {
  readonly as?: string;
  readonly into?: string;
  readonly target?: number;
  readonly acks?: number;
  readonly replace: boolean;
  readonly parallel: number;
}

const stdinPath = '-';

export async function putFiles(
  session: Session,
  paths: readonly string[],
  options: PutOptions,
): Promise<number> {
  refuseContradictions(paths, options);
  const prefix = options.into ?? '';
  if (paths.includes(stdinPath)) {
    const { stdin, interrupted } = session.world;
    return withSpooled(stdin, interrupted, (path) =>
      putAll(session, [{ path, name: `${prefix}${options.as}`, size: 0 }], options),
    );
  }
  const found = await Promise.all(paths.map((path) => findLocalFiles(path, prefix)));
  return putAll(session, named(found.flat(), options), options);
}

function refuseContradictions(
  paths: readonly string[],
  { as, into, target, acks }: PutOptions,
): void {
  const refuseIf = (wrong: boolean, detail: string): void => {
    if (wrong) throw new ReelkeepError('usage', detail);
  };
  refuseIf(as !== undefined && paths.length > 1, '--as names one file; give one');
  refuseIf(into !== undefined && !into.endsWith('/'), '--into takes a prefix that ends in "/"');
  refuseIf(
    paths.includes(stdinPath) && as === undefined,
    'stdin has no name; give it one with --as',
  );
  refuseIf(
    acks !== undefined && target !== undefined && acks > target,
    `--acks ${acks} is more than --target ${target}`,
  );
}

function named(files: readonly LocalFile[], { as, into }: PutOptions): readonly LocalFile[] {
  if (as !== undefined) {
    const [only, second] = files;
    if (only === undefined || second !== undefined)
      throw new ReelkeepError(
        'usage',
        `--as names one file, and the directory holds ${files.length}`,
      );
    return [{ ...only, name: `${into ?? ''}${as}` }];
  }
  const names = new Set<string>();
  for (const { name } of files) {
    if (names.has(name))
      throw new ReelkeepError(
        'usage',
        `two of the files would get the name "${name}"; put them apart`,
      );
    names.add(name);
  }
  return files;
}

async function putAll(
  session: Session,
  files: readonly LocalFile[],
  options: PutOptions,
): Promise<number> {
  const cluster = await session.cluster();
  session.progress.start(files.length);
  for (const { name, size } of files) session.progress.report(name, { bytes: 0, size });
  const putOne = async (file: LocalFile): Promise<void> => {
    const stored = await cluster.put(requestOf(file, options, session));
    session.progress.finishFile();
    if (session.json) await session.out.json(toFileJson(stored));
    const replicas = `replicas ${liveCount(stored)}/${stored.target}`;
    session.say(`stored ${stored.name}: ${sizeText(stored.size)}, ${replicas}`);
  };
  return forEachFile(session, files, options.parallel, putOne, (file) => file.name);
}

const requestOf = (file: LocalFile, options: PutOptions, { progress }: Session): PutRequest => ({
  path: file.path,
  name: file.name,
  replace: options.replace,
  onProgress: (news) => progress.report(file.name, news),
  ...(options.target === undefined ? {} : { target: options.target }),
  ...(options.acks === undefined ? {} : { acks: options.acks }),
});
