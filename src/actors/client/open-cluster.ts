/** The cluster as seen by one client process; nothing is dialled or started before it is needed. */
import { ReelkeepError } from '../../domain/errors.js';
import type { FileView } from '../../domain/file-view.js';
import { type FileId, fileId } from '../../domain/ids.js';
import type { CallOptions } from '../../rpc/call.js';
import { toFileView } from '../../rpc/file-message.js';
import type { File } from '../../rpc/generated/reelkeep/v1/common.js';
import { clientLimits } from './client-limits.js';
import type {
  Cluster,
  ClusterOptions,
  FilePage,
  KeeperFilesRequest,
  ListPageRequest,
  LocalDigest,
} from './cluster.js';
import { download } from './download.actor.js';
import { FileReaders } from './file-readers.js';
import { toClusterStatus, toFinding, toKeeperInfo, toVerification } from './overview.js';
import { Resources } from './resources.js';
import { StatBatch } from './stat-batch.js';
import { upload } from './upload.actor.js';
import { UploadSource } from './upload-source.js';

export function openCluster(options: ClusterOptions): Cluster {
  const resources = new Resources(options);
  const { signal } = resources;
  const call: CallOptions = { signal, timeoutMs: resources.patienceMs };
  const change: CallOptions = { ...call, changes: true };
  let readers: FileReaders | undefined;
  const reading = (): FileReaders => {
    readers ??= new FileReaders(resources);
    return readers;
  };
  const stats = new StatBatch(() => resources.master, call);

  return {
    put: async (request) => {
      resources.startEarly();
      return upload({ ...request, name: inUnicode(request.name) }, resources);
    },
    get: async (request) => {
      resources.startEarly();
      return download({ ...request, name: inUnicode(request.name) }, resources);
    },
    open: async (name) => await reading().open(inUnicode(name)),
    reading: () => reading().figures,
    stat: async (name) => toView(await stats.stat(inUnicode(name))),
    list: (prefix) => listFiles(prefix, resources, call),
    listPage: (request) => listPage(request, resources, call),
    keeperFiles: (request) => listKeeperFiles(request, resources, call),
    remove: async (name) => void (await resources.master.remove({ name: inUnicode(name) }, change)),
    rename: async (name, newName) => {
      const names = { name: inUnicode(name), newName: inUnicode(newName) };
      await resources.master.rename(names, change);
    },
    keepers: async () => (await resources.master.listKeepers({}, call)).keepers.map(toKeeperInfo),
    retire: async (keeper) => {
      const { replicas, lastReplicas } = await resources.master.retireKeeper(
        { keeperId: keeper },
        change,
      );
      return { replicas, lastReplicas };
    },
    status: async () => toClusterStatus(await resources.master.status({}, call)),
    async *verify(name) {
      for await (const told of resources.master.verify({ name: inUnicode(name) }, { signal }))
        yield toVerification(told);
    },
    async *fsck() {
      for await (const told of resources.master.fsck({}, { signal })) yield toFinding(told);
    },
    digest: (path) => digestLocal(path, resources),
    close: async () => {
      await readers?.close();
      await resources.close();
    },
  };
}

/** What is not would arrive as another name: half a pair of surrogates has no UTF-8. */
function inUnicode(name: string): string {
  if (name.isWellFormed()) return name;
  throw new ReelkeepError('refused-input', 'the name is not valid Unicode');
}

async function* listFiles(
  prefix: string,
  resources: Resources,
  call: CallOptions,
): AsyncGenerator<FileView, void, undefined> {
  const { firstPageNamesMax, pageNamesMax } = clientLimits;
  let limit = Math.min(firstPageNamesMax, pageNamesMax);
  for (let next: string | undefined = ''; next !== undefined; ) {
    const page = await listPage({ prefix, after: next, limit }, resources, call);
    yield* page.files;
    next = page.next;
    limit = pageNamesMax;
  }
}

async function listPage(
  { prefix, after, limit }: ListPageRequest,
  { master }: Resources,
  call: CallOptions,
): Promise<FilePage<string>> {
  const asked = { prefix: inUnicode(prefix), after: inUnicode(after), limit };
  const page = await master.list(asked, call);
  const next = page.more ? page.files.at(-1)?.name : undefined;
  return { files: page.files.map(toFileView), ...(next !== undefined && { next }) };
}

async function listKeeperFiles(
  { keeper, after = fileId(''), limit }: KeeperFilesRequest,
  { master }: Resources,
  call: CallOptions,
): Promise<FilePage<FileId>> {
  const page = await master.listKeeperFiles({ keeperId: keeper, afterFileId: after, limit }, call);
  const next = page.nextAfterFileId;
  return { files: page.files.map(toFileView), ...(next !== '' && { next: fileId(next) }) };
}

async function digestLocal(path: string, { pool, signal }: Resources): Promise<LocalDigest> {
  const source = await UploadSource.open(path, pool);
  const stop = (): void => void pool.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return { size: source.size, digest: await source.digest() };
  } finally {
    signal.removeEventListener('abort', stop);
    await source.close();
  }
}

function toView(file: File | undefined): FileView {
  if (file === undefined) throw new ReelkeepError('internal', 'the master told of no file');
  return toFileView(file);
}
