/** What a master counts while it serves, for whoever looks at its metrics. */
import { Tally } from '../../domain/counting.js';
import type { ErrorCode } from '../../domain/errors.js';
import type { KeeperState } from '../../domain/keeper-view.js';
import { CallCounters } from '../../rpc/call-counters.js';
import type { TableNotice } from '../lookup-table/messages.js';
import type { ReplicationEffect, ReplicationMessage } from '../replication-loop/messages.js';

type Why = Extract<ReplicationEffect, { type: 'drop' }>['why'];
type Ended<Type extends ReplicationMessage['type']> = Extract<ReplicationMessage, { type: Type }>;

export class MasterCounters {
  readonly rpc = new CallCounters();
  /** As clients are told of them. */
  readonly uploads = new Tally<'acknowledged' | ErrorCode>(['acknowledged']);
  /** As keepers were told. */
  readonly copies = new Tally<'ordered' | Ended<'copy ended'>['outcome']>([
    'ordered',
    'stored',
    'failed',
  ]);
  readonly drops = new Tally<Why>(['surplus', 'quarantined']);
  readonly dropsEnded = new Tally<Ended<'drop ended'>['outcome']>(['dropped', 'refused']);
  /** What keepers became, as often as they did. */
  readonly verdicts = new Tally<KeeperState>(['alive', 'suspect', 'lost']);

  noteNotice(notice: TableNotice): void {
    if (notice.type === 'upload progressed' && notice.acked) this.uploads.add('acknowledged');
    if (notice.type === 'upload ended') this.uploads.add(notice.error.code);
  }

  noteEffect(effect: ReplicationEffect): void {
    if (effect.type === 'copy') this.copies.add('ordered');
    if (effect.type === 'drop') this.drops.add(effect.why);
  }

  noteMessage(message: ReplicationMessage): void {
    if (message.type === 'copy ended') this.copies.add(message.outcome);
    if (message.type === 'drop ended') this.dropsEnded.add(message.outcome);
  }
}
