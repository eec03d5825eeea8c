/** How many transfers one client or keeper has under way, so that none has them all. */
export class PeerSlots {
  readonly #max: number;
  readonly #inUse = new Map<string, number>();

  constructor(max: number) {
    this.#max = max;
  }

  /** @param peer as tickets name it; undefined where nobody is known, who has no bound of their own */
  tryTake(peer: string | undefined): boolean {
    if (peer === undefined) return true;
    const inUse = this.#inUse.get(peer) ?? 0;
    if (inUse >= this.#max) return false;
    this.#inUse.set(peer, inUse + 1);
    return true;
  }

  free(peer: string | undefined): void {
    if (peer === undefined) return;
    const left = (this.#inUse.get(peer) ?? 0) - 1;
    if (left > 0) this.#inUse.set(peer, left);
    else this.#inUse.delete(peer);
  }
}
