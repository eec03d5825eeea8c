/** A gateway for uploads with a spool of its own and a cluster that a test plays; requests of the tus protocol. */
import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import type { Cluster, PutRequest } from '../../../src/actors/client/cluster.js';
import { uploadRoutes } from '../../../src/actors/gateway/upload-routes.js';
import type { UploadSpool } from '../../../src/actors/gateway/upload-spool.js';
import type { GatewayWorld } from '../../../src/actors/gateway/world.js';
import { ReelkeepError } from '../../../src/domain/errors.js';
import type { FileView } from '../../../src/domain/file-view.js';
import { aFileView, aSpoolDirectory, openSpool } from './a-spool.js';
import { startApp, type TestedApp } from './an-app.js';

export interface TestedUploads extends TestedApp {
  readonly spool: UploadSpool;
  readonly directory: string;
  /** Names that are taken. */
  readonly taken: Set<string>;
  readonly puts: PutRequest[];
  /** What the cluster does with the next puts. */
  put: (request: PutRequest) => Promise<FileView>;
  tus(method: string, path: string, given?: TusGiven): Promise<TusAnswer>;
  /** @returns the path of the upload */
  create(length: number, metadata?: Readonly<Record<string, string>>): Promise<string>;
}

interface TusGiven {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

interface TusAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export async function startUploads(given: Partial<GatewayWorld> = {}): Promise<TestedUploads> {
  const directory = await aSpoolDirectory();
  const spool = await openSpool(directory);
  const taken = new Set<string>();
  const puts: PutRequest[] = [];
  const cluster = {
    stat: async (name: string) => {
      if (taken.has(name)) return aFileView;
      throw new ReelkeepError('not-found', `there is no "${name}"`);
    },
    put: async (request: PutRequest) => {
      puts.push(request);
      return await uploads.put(request);
    },
  } as unknown as Cluster;
  const app = await startApp([uploadRoutes], { spool, cluster, ...given });
  const tus: TestedUploads['tus'] = (method, path, asked) => ask(app.port, method, path, asked);
  const create: TestedUploads['create'] = async (length, metadata = { filename: 'a.mp4' }) => {
    const headers = { 'Upload-Length': String(length), 'Upload-Metadata': metadataOf(metadata) };
    const { status, headers: told, body } = await tus('POST', '/uploads', { headers });
    if (status !== 201) throw new Error(`${status}: ${body}`);
    return told['location'] ?? '';
  };
  const put = async (): Promise<FileView> => aFileView;
  const uploads: TestedUploads = { ...app, spool, directory, taken, puts, put, tus, create };
  onTestFinished(() => spool.close());
  return uploads;
}

export const metadataOf = (metadata: Readonly<Record<string, string>>): string =>
  Object.entries(metadata)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',');

/** What a PATCH has. */
export const bytesAt = (offset: number, body: Buffer | string): TusGiven => ({
  headers: { 'Upload-Offset': String(offset), 'Content-Type': 'application/offset+octet-stream' },
  body,
});

async function ask(
  port: number,
  method: string,
  path: string,
  { headers = {}, body }: TusGiven = {},
): Promise<TusAnswer> {
  return await new Promise((resolve, reject) => {
    const own = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
    const request = httpRequest({
      port,
      host: '127.0.0.1',
      method,
      path,
      headers: { 'Tus-Resumable': '1.0.0', ...own, ...headers },
      agent: false,
    });
    request.on('error', reject);
    request.on('response', (response) => {
      text(response).then(
        (told) =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers as TusAnswer['headers'],
            body: told,
          }),
        reject,
      );
    });
    request.end(body);
  });
}
