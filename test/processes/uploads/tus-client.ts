/** Uploads by tus-js-client, as a program would do it. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Upload, type UploadOptions } from 'tus-js-client';

export interface TusOrder {
  readonly port: number;
  readonly path: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Bytes of one request; all that are left unless given. */
  readonly chunkBytes?: number;
  readonly onProgress?: (sentBytes: number) => void;
  readonly options?: UploadOptions;
}

export interface TusEnd {
  readonly url: string | null;
  readonly etag: string | undefined;
  readonly status: number;
}

/** Rejects with what the client says when it gives up. */
export async function uploadByTus(order: TusOrder): Promise<TusEnd> {
  const { size } = await stat(order.path);
  return await new Promise((resolve, reject) => {
    // The client reads a file again by its path, at any offset; its types do not say so.
    const file = createReadStream(order.path) as unknown as Buffer;
    const upload: Upload = new Upload(file, {
      endpoint: `http://127.0.0.1:${order.port}/uploads`,
      uploadSize: size,
      metadata: { ...order.metadata },
      retryDelays: Array.from({ length: 60 }, () => 100),
      ...(order.chunkBytes === undefined ? {} : { chunkSize: order.chunkBytes }),
      onProgress: (sent) => order.onProgress?.(sent),
      onSuccess: ({ lastResponse }) =>
        resolve({
          url: upload.url,
          etag: lastResponse.getHeader('ETag'),
          status: lastResponse.getStatus(),
        }),
      onError: reject,
      ...order.options,
    });
    upload.start();
  });
}
