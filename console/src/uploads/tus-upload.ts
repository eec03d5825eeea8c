/** One upload by the tus protocol; the library is fetched when the first one begins. */
import type { DetailedError, Upload } from 'tus-js-client';
import type { ErrorJson } from '../../../src/actors/gateway/api-shapes.js';
import type { NamedFile } from './named-file.js';

interface UploadHandlers {
  onProgress(sentBytes: number, bytesPerSecond: number): void;
  onStored(): void;
  onProblem(problem: string): void;
}

const retryDelays = [0, 500, 1000, 2000, 4000, 8000, 8000, 8000];
const rateWindowMs = 3000;

/** One begun before in this browser, also before the page was loaded anew, goes on where it was. */
export async function openUpload(
  { name, file }: NamedFile,
  handlers: UploadHandlers,
): Promise<Upload> {
  const { Upload: TusUpload } = await import('tus-js-client');
  const rateOf = createRate();
  const upload = new TusUpload(file, {
    endpoint: '/uploads',
    retryDelays,
    metadata: { filename: name, filetype: file.type },
    // The same bytes may go under two names.
    fingerprint: async () => ['reelkeep', name, file.size, file.lastModified].join('/'),
    removeFingerprintOnSuccess: true,
    onProgress: (sent) => handlers.onProgress(sent, rateOf(sent)),
    onSuccess: () => handlers.onStored(),
    onError: (error) => handlers.onProblem(problemOf(error)),
    onShouldRetry: (error) => shouldRetry(error),
  });
  const [previous] = await upload.findPreviousUploads();
  if (previous !== undefined) upload.resumeFromPreviousUpload(previous);
  return upload;
}

/** What is refused is refused the next time as well; what is locked is given free in a moment. */
function shouldRetry({ originalResponse }: DetailedError): boolean {
  const status = originalResponse?.getStatus() ?? 0;
  return status < 400 || status >= 500 || status === 423 || status === 429;
}

function problemOf(error: Error | DetailedError): string {
  const body = 'originalResponse' in error ? error.originalResponse?.getBody() : undefined;
  if (body === undefined || body === '') return 'the gateway does not answer';
  try {
    return (JSON.parse(body) as ErrorJson).error.message;
  } catch (failure) {
    if (failure instanceof SyntaxError || failure instanceof TypeError) return body.trim();
    throw failure;
  }
}

/** Over the last seconds. */
function createRate(): (bytes: number) => number {
  let points: { atMs: number; bytes: number }[] = [];
  return (bytes) => {
    const atMs = performance.now();
    points = [...points.filter((point) => atMs - point.atMs < rateWindowMs), { atMs, bytes }];
    const [first] = points;
    if (first === undefined || atMs - first.atMs < 250) return 0;
    return Math.max(0, (1000 * (bytes - first.bytes)) / (atMs - first.atMs));
  };
}
