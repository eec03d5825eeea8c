/** Every film that was made for a soak: whoever sees bytes or a digest can say which put they are of. */
import { open } from 'node:fs/promises';
import { chunkBytes } from '../../src/domain/chunk-plan.js';
import { blake3, digestOf } from '../../src/storage/blake3.js';
import { makeFilm, sha256 } from '../processes/films.js';

export interface Content {
  readonly tag: string;
  readonly bytes: number;
  /** As the cluster computes it: BLAKE3 over the BLAKE3 digests of the chunks. */
  readonly digest: string;
  readonly sha256: string;
}

export class Contents {
  readonly #byDigest = new Map<string, Content>();
  readonly #bySha256 = new Map<string, Content>();

  /** Makes the film and remembers it. */
  async make(path: string, bytes: number, tint: number): Promise<Content> {
    await makeFilm(path, bytes, tint);
    const content: Content = {
      tag: `t${tint}`,
      bytes,
      digest: await chunkedDigest(path),
      sha256: await sha256(path),
    };
    this.#byDigest.set(content.digest, content);
    this.#bySha256.set(content.sha256, content);
    return content;
  }

  get made(): { readonly count: number; readonly bytes: number } {
    const sizes = Array.from(this.#byDigest.values(), ({ bytes }) => bytes);
    return { count: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
  }

  withDigest(digest: string): Content | undefined {
    return this.#byDigest.get(digest);
  }

  withSha256(sha: string): Content | undefined {
    return this.#bySha256.get(sha);
  }
}

async function chunkedDigest(path: string): Promise<string> {
  const file = await open(path);
  try {
    const digests: Uint8Array[] = [];
    const chunk = Buffer.alloc(chunkBytes);
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, chunk.length, digests.length * chunkBytes);
      if (bytesRead === 0) return digestOf(blake3(Buffer.concat(digests)));
      digests.push(blake3(chunk.subarray(0, bytesRead)));
    }
  } finally {
    await file.close();
  }
}
