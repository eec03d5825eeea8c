/** Every bound of the keeper's disk in one place. */
export const storageLimits = {
  /** Entries in one page of the inventory. */
  inventoryPageMax: 1000,
  /** Bytes of manifests' facts in one page, but for those of the entry that reaches it. */
  inventoryPageBytesMax: 1024 * 1024,
  /** Deletions that a keeper remembers. */
  deletionsKeptMax: 100_000,
  /** Further ones in the file before the oldest are taken out of it. */
  deletionsSpareMax: 25_000,
  /** Replicas looked at together while the disk is scanned. */
  scanParallelMax: 16,
  /** A longer `keeper.json` is refused. */
  identityBytesMax: 64 * 1024,
  /** What a `keeper.json` takes on the disk, and the spare beside it: more than it ever needs. */
  identityRoomBytes: 16 * 1024,
  /** Terms of masters that a keeper remembers having obeyed. */
  termsMax: 64,
} as const;
