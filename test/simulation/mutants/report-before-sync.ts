/** A keeper that is quick to tell and slow to sync. */
import type { Mutant } from './mutant.js';

export const reportBeforeSync: Mutant = {
  name: 'report before sync',
  does: 'A keeper reports a replica as soon as it stands in its place, and syncs data, manifest and directories after the master has answered.',
  breaks: ['S2', 'S1', 'S9', 'S23'],
  patches: [
    {
      file: 'src/storage/staged-replica.ts',
      from: `() =>
      this.#parts.sync.file(this.#data, 'the data of a replica'),`,
      to: '() => Promise.resolve(),',
    },
    {
      file: 'src/storage/staged-replica.ts',
      from: `
      await this.#parts.sync.file(this.#manifest, 'the manifest of a replica');`,
      to: '',
    },
    {
      file: 'src/storage/staged-replica.ts',
      from: `
      const { layout, place, sync } = this.#parts;
      if (sync.isRelaxed) return;
      await place.whileThere(async () => {
        await sync.directory(layout.bucket(this.fileId));
        // the bucket itself may be new
        await sync.directory(layout.objects);
      });`,
      to: '',
    },
    {
      file: 'src/storage/staged-replica.ts',
      from: `  /** Gives up and takes everything off the disk;`,
      to: `  async syncReported(): Promise<void> {
    const { layout, sync } = this.#parts;
    const { data, manifest, directory } = layout.object(this.fileId);
    for (const path of [data, manifest]) {
      const handle = await open(path, constants.O_RDONLY);
      try {
        await sync.file(handle, path);
      } finally {
        await handle.close();
      }
    }
    await sync.directory(directory);
    await sync.directory(layout.objects);
  }

  /** Gives up and takes everything off the disk;`,
    },
    {
      file: 'src/actors/keeper/storing.ts',
      from: `      ...(isUpload ? { uploadId } : {}),
    });`,
      to: `      ...(isUpload ? { uploadId } : {}),
    }).then(async (verdict) => {
      await staged.syncReported().catch(() => undefined);
      return verdict;
    });`,
    },
  ],
};
