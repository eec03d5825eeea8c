/** The rest of a film comes from whatever has its name now. */
import type { Mutant } from './mutant.js';

export const failoverByName: Mutant = {
  name: 'failover by name',
  does: 'A download that locates its file anew goes on with whichever file has the name by then, and holds each chunk against the digest that came with it.',
  breaks: ['S13', 'S3', 'S37', 'S14'],
  patches: [
    {
      file: 'src/machines/download.machine.ts',
      from: `    isOpened: ({ context }, params: { located: Located }) =>
      context.opened?.fileId === params.located.file.fileId,`,
      to: `    isOpened: ({ context }, _: { located: Located }) => context.opened !== undefined,`,
    },
    {
      file: 'src/actors/client/download-tasks.ts',
      from: '    if (located.file.fileId === file.fileId) return located.sources;',
      to: `    const { fileId } = located.file;
    if (located.file.name !== undefined)
      return located.sources.map((source) => ({ ...source, fileId }));`,
    },
    {
      file: 'src/actors/client/fetch-ranges.ts',
      from: `    const { fileId, keepers } = this.#options;
    const { keeper } = source;`,
      to: `    const { keepers } = this.#options;
    const { keeper, fileId = this.#options.fileId } = source as TransferSource & {
      fileId?: FileId;
    };`,
    },
    {
      file: 'src/actors/client/fetch-ranges.ts',
      from: '{ index, buffer, length }: ArrivedChunk): Promise<void> {',
      to: '{ index, buffer, length, digest }: ArrivedChunk): Promise<void> {',
    },
    {
      file: 'src/actors/client/fetch-ranges.ts',
      from: 'await this.#keep(index, buffer, length);',
      to: 'await this.#keep(index, buffer, length, digest);',
    },
    {
      file: 'src/actors/client/part-file.ts',
      from: `  async keep(index: number, buffer: ChunkBuffer, length: number): Promise<'kept' | 'mismatch'> {
    if (length !== chunkLength(this.#manifest.size, index)) return 'mismatch';`,
      to: `  async keep(
    index: number,
    buffer: ChunkBuffer,
    length: number,
    digest: Uint8Array,
  ): Promise<'kept' | 'mismatch'> {`,
    },
    {
      file: 'src/actors/client/part-file.ts',
      from: '      digest: chunkDigest(this.#manifest, index),',
      to: '      digest,',
    },
  ],
};
