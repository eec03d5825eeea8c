/** What the download machine has done for it, each as one task. */
import { rangeBytes } from '../../domain/chunk-plan.js';
import { ReelkeepError, toPlainError } from '../../domain/errors.js';
import type { FileView } from '../../domain/file-view.js';
import type { FileId, KeeperId } from '../../domain/ids.js';
import type { Manifest } from '../../domain/manifest.js';
import type { DownloadEvent, Located } from '../../machines/download.machine.js';
import { toFileView } from '../../rpc/file-message.js';
import { BufferQuota, type BufferSource } from '../../transfer/chunk-buffers.js';
import type { ChunkSink } from './chunk-sink.js';
import { clientLimits } from './client-limits.js';
import type { GetRequest } from './cluster.js';
import { RangeFetch } from './fetch-ranges.js';
import { type PartCheck, PartFile } from './part-file.js';
import { readManifest } from './read-manifest.js';
import type { Resources } from './resources.js';
import { StreamSink } from './stream-sink.js';
import type { TaskWork } from './tasks.js';
import { mayPass, toTransferSource } from './transfer-source.js';

type Work<Input> = TaskWork<Input, DownloadEvent>;

/** One download; holds the sink from one attempt to the next. */
export class DownloadTasks {
  readonly #request: GetRequest;
  readonly #resources: Resources;
  readonly #buffers: BufferSource;
  #sink: ChunkSink | undefined;
  readonly #reports: Promise<unknown>[] = [];
  #bytes = 0;

  constructor(request: GetRequest, resources: Resources) {
    this.#request = request;
    this.#resources = resources;
    this.#buffers = new BufferQuota(resources.buffers, clientLimits.chunkBuffersPerDownload);
  }

  readonly locate: Work<{ name: string }> = async ({ name }, _, signal) => {
    try {
      return { type: 'located', located: await this.#locate(name, signal) };
    } catch (error) {
      const plain = toPlainError(error);
      if (plain.code === 'not-found') await this.#discardPart();
      return { type: mayPass(error) ? 'unreachable' : 'refused', error: plain };
    }
  };

  readonly open: Work<{ located: Located | undefined }> = async ({ located }, tell, signal) => {
    const { file, sources } = need(located);
    await this.#sink?.discard();
    this.#sink = undefined;
    let manifest: Manifest;
    try {
      manifest = await readManifest({
        file,
        sources,
        keepers: this.#resources.keepers,
        buffers: this.#buffers,
        signal,
        onBadManifest: ({ keeper }) => this.#reportBad(file.fileId, keeper, -1),
      });
    } catch (error) {
      return { type: 'sources ended', error: toPlainError(error) };
    }
    tell({ type: 'progressed' });
    const onChecked = (): void => tell({ type: 'progressed' });
    const sink = await this.#openSink(manifest, { onChecked, signal });
    this.#sink = sink;
    this.#bytes = file.size - missingBytes(sink, file.size);
    return { type: 'opened' };
  };

  readonly fetch: Work<{ located: Located | undefined }> = async ({ located }, tell, signal) => {
    const { file, sources } = need(located);
    const run = new RangeFetch({
      fileId: file.fileId,
      size: file.size,
      sources,
      sink: need(this.#sink),
      keepers: this.#resources.keepers,
      buffers: this.#buffers,
      paces: this.#resources.paces,
      signal,
      relocate: (over) => this.#relocate(file, over),
      onKept: (bytes, active) => {
        this.#bytes += bytes;
        this.#report(file, active);
        tell({ type: 'progressed' });
      },
      onBadChunk: (keeper, index) => this.#reportBad(file.fileId, keeper, index),
    });
    this.#report(file, sources.length);
    const failure = await whilePulsing(
      run.run(),
      () => need(this.#sink).isHeldUp && tell({ type: 'progressed' }),
    );
    if (failure === undefined) return { type: 'whole' };
    return { type: 'sources ended', error: toPlainError(failure) };
  };

  readonly finish: Work<{ opened: FileView | undefined }> = async () => {
    await need(this.#sink).finish();
    return { type: 'named' };
  };

  /** What ended the stream that was written to, in its own words; nothing for a file. */
  get streamFailure(): Error | undefined {
    return this.#sink instanceof StreamSink ? this.#sink.failure : undefined;
  }

  /** Lets go of the sink; after a failure what was fetched stays for the next run. */
  async close(): Promise<void> {
    await this.#sink?.suspend();
    await Promise.all(this.#reports);
  }

  /** What was fetched of a file that has been removed meanwhile is of no use to a later run. */
  async #discardPart(): Promise<void> {
    if (!(this.#sink instanceof PartFile)) return;
    await this.#sink.discard();
    this.#sink = undefined;
  }

  async #locate(name: string, signal: AbortSignal): Promise<Located> {
    const { file, sources } = await this.#resources.master.locate({ name }, { signal });
    if (file === undefined) throw new ReelkeepError('internal', 'the master located no file');
    return { file: toFileView(file), sources: sources.map(toTransferSource) };
  }

  async #relocate(file: FileView, signal: AbortSignal): Promise<Located['sources']> {
    const located = await this.#locate(this.#request.name, signal);
    if (located.file.fileId === file.fileId) return located.sources;
    throw new ReelkeepError('unavailable', `"${this.#request.name}" holds another file now`);
  }

  #openSink(manifest: Manifest, check: PartCheck): Promise<ChunkSink> | ChunkSink {
    const { to } = this.#request;
    if ('stream' in to) return new StreamSink(to.stream, manifest);
    return PartFile.open(to, manifest, this.#resources.pool, check);
  }

  #report({ size }: FileView, sources: number): void {
    this.#request.onProgress?.({ bytes: this.#bytes, size, sources });
  }

  /** Not waited for before the end: the download goes on from other keepers either way. */
  #reportBad(fileId: FileId, keeperId: KeeperId, chunk: number): void {
    const report = { fileId, keeperId, chunk };
    const timeoutMs = clientLimits.reportTimeoutMs;
    const told = this.#resources.master.reportBadReplica(report, { timeoutMs });
    // A master that is away hears of it from the next reader, or from the keeper's own scrub.
    this.#reports.push(told.catch(() => undefined));
  }
}

const missingBytes = (sink: ChunkSink, size: number): number =>
  sink.missing.reduce((sum, range) => sum + rangeBytes(size, range), 0);

/** A reader who takes no more is waited for without end. */
async function whilePulsing<Value>(work: Promise<Value>, pulse: () => void): Promise<Value> {
  const timer = setInterval(pulse, clientLimits.pulseEveryMs);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

function need<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new ReelkeepError('internal', 'a step was taken out of order');
  return value;
}
