/**
 * Uploads of this page: some at a time, each in pieces that a broken line does not lose.
 *
 *   queued ──> sending ──> storing ──> stored
 *     ^          │  └──> failed (refused, or the gateway is away for too long)
 *     └─ paused <┘         │
 *     └────────────────────┘ by the user
 */
import type { Upload } from 'tus-js-client';
import { findFile } from '../api.js';
import { liveOf } from '../format.js';
import { tell } from '../news.js';
import { createStore } from '../store.js';
import type { NamedFile } from './named-file.js';
import { openUpload } from './tus-upload.js';

export interface UploadItem extends NamedFile {
  readonly id: number;
  readonly state: 'queued' | 'sending' | 'paused' | 'storing' | 'stored' | 'failed';
  readonly sentBytes: number;
  readonly bytesPerSecond: number;
  readonly replicas: number;
  readonly target: number;
  readonly problem?: string;
}

const atATime = 2;
const watchEveryMs = 1000;
const watchTriesMax = 120;

export const uploads = createStore<readonly UploadItem[]>([]);

const opened = new Map<number, Upload>();
let count = 0;

export function addUploads(files: readonly NamedFile[]): void {
  const fresh = files.map(({ name, file }): UploadItem => {
    count += 1;
    const nothingYet = { sentBytes: 0, bytesPerSecond: 0, replicas: 0, target: 0 };
    return { id: count, name, file, state: 'queued', ...nothingYet };
  });
  uploads.set([...uploads.get(), ...fresh]);
  fill();
}

export function pause(id: number): void {
  change(id, { state: 'paused', bytesPerSecond: 0 });
  void opened.get(id)?.abort();
  fill();
}

/** One that was paused, or has failed, goes on where it was. */
export function resume(id: number): void {
  change(id, { state: 'queued' });
  fill();
}

/** Ends it, wherever it is; what has been sent is forgotten on the other side as well. */
export function dismiss(id: number): void {
  const item = find(id);
  const upload = opened.get(id);
  opened.delete(id);
  uploads.set(uploads.get().filter((one) => one.id !== id));
  // The gateway forgets by itself what it is not told about.
  if (item?.state !== 'stored') void upload?.abort(true).catch(() => undefined);
  fill();
}

function fill(): void {
  const active = uploads.get().filter(({ state }) => state === 'sending' || state === 'storing');
  const next = uploads.get().find(({ state }) => state === 'queued');
  if (next === undefined || active.length >= atATime) return;
  void send(next);
  fill();
}

async function send(item: UploadItem): Promise<void> {
  const { id } = item;
  change(id, { state: 'sending' });
  const upload = opened.get(id) ?? (await open(item));
  // It may have been paused or dismissed meanwhile.
  if (find(id) === undefined) return;
  opened.set(id, upload);
  if (find(id)?.state === 'sending') upload.start();
}

const open = (item: UploadItem): Promise<Upload> =>
  openUpload(item, {
    onProgress: (sentBytes, bytesPerSecond) => onProgress(item.id, sentBytes, bytesPerSecond),
    onStored: () => void onStored(item.id),
    onProblem: (problem) => onProblem(item.id, problem),
  });

function onProgress(id: number, sentBytes: number, bytesPerSecond: number): void {
  const item = find(id);
  if (item?.state !== 'sending') return;
  const isSent = sentBytes >= item.file.size;
  change(id, { sentBytes, bytesPerSecond, state: isSent ? 'storing' : 'sending' });
}

function onProblem(id: number, problem: string): void {
  const item = find(id);
  if (item === undefined) return;
  change(id, { state: 'failed', problem, bytesPerSecond: 0 });
  tell(`${item.name} was not stored: ${problem}`, 'bad');
  fill();
}

async function onStored(id: number): Promise<void> {
  const item = find(id);
  if (item === undefined) return;
  opened.delete(id);
  change(id, { state: 'stored', sentBytes: item.file.size, bytesPerSecond: 0 });
  tell(`${item.name} is stored`);
  fill();
  await watchReplicas(id, item.name);
}

/** It was acknowledged: how many keepers have it is told until all of them do, for a while. */
async function watchReplicas(id: number, name: string): Promise<void> {
  for (let tries = 0; tries < watchTriesMax && find(id) !== undefined; tries += 1) {
    const file = await findFile(name).catch(() => undefined);
    if (file !== undefined) change(id, { replicas: liveOf(file), target: file.target });
    if (file !== undefined && liveOf(file) >= file.target) return;
    await new Promise((resolve) => setTimeout(resolve, watchEveryMs));
  }
}

const find = (id: number): UploadItem | undefined => uploads.get().find((one) => one.id === id);

function change(id: number, part: Partial<UploadItem>): void {
  uploads.set(uploads.get().map((one) => (one.id === id ? { ...one, ...part } : one)));
}
