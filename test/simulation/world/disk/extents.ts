/** Which bytes of a file take room on the disk: those that were written, not the holes between them. */

interface Extent {
  readonly start: number;
  readonly end: number;
}

export class Extents {
  /** Apart from one another, in order. */
  #extents: readonly Extent[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  add(start: number, end: number): void {
    if (end <= start) return;
    const before = this.#extents.filter((extent) => extent.end < start);
    const after = this.#extents.filter((extent) => extent.start > end);
    const touched = this.#extents.slice(before.length, this.#extents.length - after.length);
    const merged = {
      start: Math.min(start, touched[0]?.start ?? start),
      end: Math.max(end, touched.at(-1)?.end ?? end),
    };
    this.#set([...before, merged, ...after]);
  }

  cutAt(size: number): void {
    const kept = this.#extents.filter(({ start }) => start < size);
    this.#set(kept.map(({ start, end }) => ({ start, end: Math.min(end, size) })));
  }

  /** How many of the bytes from `start` to `end` can be written with `room` bytes that are free. */
  fitting(start: number, end: number, room: number): number {
    let at = start;
    let left = room;
    for (const extent of this.#extents) {
      if (extent.end <= at) continue;
      if (extent.start >= end) break;
      const gap = Math.max(0, extent.start - at);
      if (gap > left) return at + left - start;
      left -= gap;
      at = extent.end;
    }
    return Math.max(0, Math.min(end, Math.max(at, start) + left)) - start;
  }

  #set(extents: readonly Extent[]): void {
    this.#extents = extents;
    this.#bytes = extents.reduce((sum, { start, end }) => sum + end - start, 0);
  }
}
