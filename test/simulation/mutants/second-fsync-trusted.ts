/** The second sync returns 0 with the data lost. */
import type { Mutant } from './mutant.js';

export const secondFsyncTrusted: Mutant = {
  name: 'second fsync trusted',
  does: 'A keeper whose sync of a file or directory failed syncs it once more and believes the second answer; the disk is not suspect.',
  breaks: ['S8', 'S2', 'S1', 'S9'],
  patches: [
    {
      file: 'src/storage/disk-sync.ts',
      from: `    try {
      await this.#fsync(handle.fd);
    } catch (error) {
      this.#failed.add(handle);`,
      to: `    try {
      await this.#fsync(handle.fd).catch(() => this.#fsync(handle.fd));
    } catch (error) {
      this.#failed.add(handle);`,
    },
    {
      file: 'src/storage/disk-sync.ts',
      from: `    try {
      await this.#fsync(handle.fd);
    } catch (error) {
      this.#failedDirectories.add(path);`,
      to: `    try {
      await this.#fsync(handle.fd).catch(() => this.#fsync(handle.fd));
    } catch (error) {
      this.#failedDirectories.add(path);`,
    },
  ],
};
