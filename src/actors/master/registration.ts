/**
 * What a keeper says of itself when it registers, held to what can be.
 *
 * It is kept, shown to clients with each replica, and compared with the table's own numbers, so
 * that a keeper which says anything at all must not fill answers or carry those numbers away.
 */
import { parseAddress } from '../../domain/address.js';
import { ReelkeepError } from '../../domain/errors.js';
import { isClusterId, isKeeperId, type KeeperId, keeperId } from '../../domain/ids.js';
import type { RegisterRequest } from '../../rpc/generated/reelkeep/v1/keeper.js';

/** Starts, terms and commits are counted one by one: nobody has come so far. */
const countedMax = 2 ** 48;
const startIdLengthMax = 64;

/** @throws ReelkeepError `usage` for what no keeper can be */
export function checkRegistration(asked: RegisterRequest): {
  readonly keeper: KeeperId;
  readonly address: string;
} {
  const { keeperId: id, advertise, clusterId, startId } = asked;
  const { incarnation, highestEpoch, highestCommit } = asked;
  if (!isKeeperId(id)) throw impossible(id, 'keeper id');
  if (parseAddress(advertise) === undefined)
    throw impossible(advertise, 'host:port that others could reach');
  if (clusterId !== '' && !isClusterId(clusterId)) throw impossible(clusterId, 'cluster id');
  if (startId.length > startIdLengthMax) throw impossible(startId, 'id of a start');
  for (const count of [incarnation, highestEpoch, highestCommit])
    if (count > countedMax)
      throw impossible(String(count), 'number of a start, a term or a commit');
  return { keeper: keeperId(id), address: advertise };
}

const impossible = (text: string, what: string): ReelkeepError =>
  new ReelkeepError('usage', `${JSON.stringify(text)} can be no ${what}`);
