/** What is on its way is as good as there. */
import type { Mutant } from './mutant.js';

export const stagingServed: Mutant = {
  name: 'staging served',
  does: 'A keeper lists copies that are still in its staging among its replicas, and serves from them what has come so far.',
  breaks: ['S23', 'S12', 'S6'],
  patches: [
    {
      file: 'src/actors/keeper/copying.ts',
      from: 'this.#world.store.stage(this.#fileId, this.#uploadId, this.#size);',
      to: 'this.#world.store.stage(this.#fileId, this.#uploadId, this.#size, this.#needManifest());',
    },
    {
      file: 'src/storage/replica-store.ts',
      from: `import { fileBytesMax } from '../domain/chunk-plan.js';`,
      to: `import { fileBytesMax } from '../domain/chunk-plan.js';
import { encodeManifest, type Manifest } from '../domain/manifest.js';
import { blake3 } from './blake3.js';
import { Descriptor } from './descriptor.js';
import { openOwnFile } from './manifest-file.js';`,
    },
    {
      file: 'src/storage/replica-store.ts',
      from: '      watchers: new Set(),',
      to: `      watchers: new Set(),
      announced: new Map<FileId, Manifest>(),`,
    },
    {
      file: 'src/storage/replica-store.ts',
      from: 'async stage(fileId: FileId, uploadId: UploadId, size: number)',
      to: 'async stage(fileId: FileId, uploadId: UploadId, size: number, announced?: Manifest)',
    },
    {
      file: 'src/storage/replica-store.ts',
      from: '    underWay.add(fileId);',
      to: `    underWay.add(fileId);
    if (announced !== undefined) this.#parts.announced.set(fileId, announced);`,
    },
    {
      file: 'src/storage/replica-store.ts',
      from: '  async openReplica(fileId: FileId): Promise<OpenReplica> {',
      to: `  async openReplica(fileId: FileId): Promise<OpenReplica> {
    const announced = this.#parts.announced.get(fileId);
    if (announced !== undefined && this.#parts.underWay.has(fileId)) {
      const staged = this.#parts.layout.staged(fileId, announced.uploadId);
      const data = await openOwnFile(staged.data);
      if (data !== undefined && data !== 'link')
        return new OpenReplica(this.#parts, new Descriptor(data.fd), announced);
    }`,
    },
    {
      file: 'src/storage/replica-store.ts',
      from: '  async readManifest(fileId: FileId): Promise<Uint8Array> {',
      to: `  async readManifest(fileId: FileId): Promise<Uint8Array> {
    const announced = this.#parts.announced.get(fileId);
    if (announced !== undefined && this.#parts.underWay.has(fileId))
      return encodeManifest(announced, blake3);`,
    },
    {
      file: 'src/storage/replica-files.ts',
      from: '  readonly watchers: Set<Set<FileId>>;',
      to: `  readonly watchers: Set<Set<FileId>>;
  readonly announced: Map<FileId, import('../domain/manifest.js').Manifest>;`,
    },
    {
      file: 'src/storage/inventory.ts',
      from: `  const asideBefore = await listReplicas(layout.quarantine);`,
      to: `  for (const { fileId, size, digest, uploadId } of parts.announced.values())
    if (parts.underWay.has(fileId))
      yield { fileId, size, digest, uploadId, quarantined: false, aside: false };
  const asideBefore = await listReplicas(layout.quarantine);`,
    },
  ],
};
