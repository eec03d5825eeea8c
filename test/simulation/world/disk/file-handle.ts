/**
 * Twin of the `FileHandle` of `node:fs/promises`.
 *
 * As Node's, it closes when the calls under way have ended, and a closed one does not know its
 * descriptor any more.
 */
import type { SimProcess } from '../sim-process.js';
import { TrapError } from '../world.js';
import { handleClosed } from './disk-error.js';
import type { DiskCall } from './disk-faults.js';
import type { HandleCalls, Position } from './handle-calls.js';
import { onDisk } from './on-disk.js';
import { SimStats } from './stats.js';

/** As Node cuts what it writes. */
const writeBytesMax = 512 * 1024;

interface ReadResult {
  readonly bytesRead: number;
  readonly buffer: Uint8Array;
}

interface WriteResult<Data> {
  readonly bytesWritten: number;
  readonly buffer: Data;
}

export class SimFileHandle {
  readonly #process: SimProcess;
  readonly #calls: HandleCalls;
  #fd: number;
  /** Calls under way, and one more until it is to be closed. */
  #uses = 1;
  #closing: PromiseWithResolvers | undefined;

  constructor(process: SimProcess, fd: number) {
    this.#process = process;
    this.#calls = process.machine.disk.handleCalls;
    this.#fd = fd;
  }

  get fd(): number {
    return this.#fd;
  }

  /** Waits for the calls under way. */
  close(): Promise<void> {
    if (this.#fd === -1) return Promise.resolve();
    if (this.#closing !== undefined) return this.#closing.promise;
    this.#closing = withResolvers();
    const { promise } = this.#closing;
    this.#release();
    return promise;
  }

  read(
    into: Uint8Array,
    offset = 0,
    length = into.byteLength - offset,
    position: Position = null,
  ): Promise<ReadResult> {
    if (!(into instanceof Uint8Array)) throw new TrapError('FileHandle.read without a buffer');
    const wanted = into.subarray(offset, offset + length);
    return this.#use('read', async () => ({
      bytesRead: length === 0 ? 0 : await this.#read(wanted, position),
      buffer: into,
    }));
  }

  write(text: string, position?: Position): Promise<WriteResult<string>>;
  write(
    bytes: Uint8Array,
    offset?: number,
    length?: number,
    position?: Position,
  ): Promise<WriteResult<Uint8Array>>;
  write(
    data: string | Uint8Array,
    offset: Position = null,
    length?: number,
    position: Position = null,
  ): Promise<WriteResult<string | Uint8Array>> {
    const start = typeof data === 'string' ? 0 : (offset ?? 0);
    const end = length === undefined ? undefined : start + length;
    const bytes = bytesOf(data).subarray(start, typeof data === 'string' ? undefined : end);
    const at = typeof data === 'string' ? offset : position;
    return this.#use('write', async () => ({
      bytesWritten: await this.#write(bytes, at),
      buffer: data,
    }));
  }

  readFile(): Promise<Buffer>;
  readFile(encoding: BufferEncoding | { readonly encoding: BufferEncoding }): Promise<string>;
  readFile(
    options?: BufferEncoding | { readonly encoding: BufferEncoding },
  ): Promise<Buffer | string> {
    const encoding = typeof options === 'object' ? options.encoding : options;
    return this.#use('readFile', async () => {
      const bytes = await this.#readAll();
      return encoding === undefined ? bytes : bytes.toString(encoding);
    });
  }

  writeFile(data: string | Uint8Array): Promise<void> {
    const bytes = bytesOf(data);
    return this.#use('writeFile', async () => {
      for (let at = 0; at < bytes.length; )
        at += await this.#write(bytes.subarray(at, at + writeBytesMax), null);
    });
  }

  truncate(size = 0): Promise<void> {
    return this.#use('ftruncate', () =>
      this.#onDisk('truncate', () =>
        this.#calls.truncate(this.#process, this.#fd, Math.max(0, size)),
      ),
    );
  }

  stat(options?: { readonly bigint?: false }): Promise<SimStats>;
  stat(options: { readonly bigint: true }): Promise<SimStats<bigint>>;
  stat(options: { readonly bigint?: boolean } = {}): Promise<SimStats | SimStats<bigint>> {
    const as = options.bigint === true ? bigStats : stats;
    return this.#use<SimStats | SimStats<bigint>>('fstat', () =>
      this.#onDisk('stat', () => as(this.#calls.stat(this.#process, this.#fd))),
    );
  }

  sync(): Promise<void> {
    return this.#sync('fsync');
  }

  datasync(): Promise<void> {
    return this.#sync('fdatasync');
  }

  #sync(syscall: 'fsync' | 'fdatasync'): Promise<void> {
    return this.#use(syscall, () =>
      this.#onDisk('sync', () => this.#calls.sync(this.#process, this.#fd, syscall)),
    );
  }

  async #readAll(): Promise<Buffer> {
    const { size } = await this.#onDisk('stat', () =>
      stats(this.#calls.stat(this.#process, this.#fd)),
    );
    const bytes = Buffer.alloc(size);
    let done = 0;
    do {
      const count = await this.#read(bytes.subarray(done), null);
      if (count === 0) break;
      done += count;
    } while (done < size);
    return bytes.subarray(0, done);
  }

  #read(into: Uint8Array, position: Position): Promise<number> {
    return this.#onDisk('read', () => this.#calls.read(this.#process, this.#fd, into, position));
  }

  #write(bytes: Uint8Array, position: Position): Promise<number> {
    return this.#onDisk('write', () => this.#calls.write(this.#process, this.#fd, bytes, position));
  }

  #onDisk<Value>(call: DiskCall, effect: () => Value): Promise<Value> {
    return onDisk(this.#process, call, effect);
  }

  async #use<Value>(name: string, work: () => Promise<Value>): Promise<Value> {
    if (this.#fd === -1) throw handleClosed(name);
    this.#uses += 1;
    try {
      return await work();
    } finally {
      this.#release();
    }
  }

  #release(): void {
    this.#uses -= 1;
    const closing = this.#closing;
    if (this.#uses > 0 || closing === undefined) return;
    const fd = this.#fd;
    this.#fd = -1;
    const closed = this.#onDisk('close', () => this.#calls.close(this.#process, fd));
    closed.then(closing.resolve, closing.reject).finally(() => {
      this.#closing = undefined;
    });
  }
}

type NodeOfStats = ConstructorParameters<typeof SimStats>[0];

export const stats = (node: NodeOfStats): SimStats => new SimStats(node, Number);
export const bigStats = (node: NodeOfStats): SimStats<bigint> => new SimStats(node, BigInt);

function bytesOf(data: string | Uint8Array): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  if (data instanceof Uint8Array) return data;
  throw new TrapError('writing what is neither text nor bytes');
}

interface PromiseWithResolvers {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

function withResolvers(): PromiseWithResolvers {
  let resolve: () => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<void>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}

const missing = [
  'appendFile',
  'chmod',
  'chown',
  'createReadStream',
  'createWriteStream',
  'on',
  'once',
  'readLines',
  'readableWebStream',
  'readv',
  'utimes',
  'writev',
];
for (const name of missing)
  Object.defineProperty(SimFileHandle.prototype, name, {
    value: () => {
      throw new TrapError(`FileHandle.${name} on a simulated disk`);
    },
  });
