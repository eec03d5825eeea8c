/** What a keeper counts while it serves, for whoever looks at its metrics. */
import { Durations, Tally } from '../../domain/counting.js';
import type { DataTraffic } from '../../domain/data-traffic.js';
import type { ErrorCode } from '../../domain/errors.js';
import type { VerifyOutcome } from '../../storage/verify-replica.js';
import { TransferCounters } from '../../transfer/transfer-counters.js';

/** `scrub`: at leisure; `order`: because the master asked. */
export type Reader = 'scrub' | 'order';

const fsyncBoundsMs = [0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 10_000];

export class KeeperCounters {
  readonly transfers = new TransferCounters();
  /** Copies that this keeper made of what others hold. */
  readonly copies = new Tally<'ok' | ErrorCode>(['ok']);
  copiedBytes = 0;
  readonly verified = new Tally<`${Reader}/${VerifyOutcome['outcome']}`>([
    'scrub/sound',
    'scrub/quarantined',
    'order/sound',
    'order/quarantined',
  ]);
  readonly verifiedBytes = new Tally<Reader>(['scrub', 'order']);
  readonly fsyncs = new Durations(fsyncBoundsMs);
  registrations = 0;

  /** As heartbeats tell it. */
  get traffic(): DataTraffic {
    const { receivedBytes, sentBytes } = this.transfers;
    return {
      receivedBytes: receivedBytes + this.copiedBytes,
      sentBytes: sentBytes.of('get') + sentBytes.of('copy_out'),
      copiedBytes: this.copiedBytes,
    };
  }
}
