/** What has gone through a keeper's data port since its start, as it tells with each heartbeat; bytes of files. */
export interface DataTraffic {
  /** From clients and from other keepers. */
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** Of those received, the ones of copies. */
  readonly copiedBytes: number;
}
