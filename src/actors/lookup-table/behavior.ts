/**
 * The lookup table: the master's durable truth about files, replicas, names, uploads and keepers.
 *
 * Reads through a store and says what to write, what to answer and what to tell. The order
 * in which that must happen: writes are applied before the next message is received, they are
 * durable before the answer is let go, and notices follow the answers. It holds nothing but
 * when each upload was last touched and when time was last looked at; after a crash the table
 * itself is enough to go on.
 */
import type { Answer } from '../../domain/answer.js';
import type { Millis } from '../../domain/ids.js';
import { defaultTableLimits, type TableLimits } from '../../domain/table-limits.js';
import type { TableReader, TableWrite } from '../../domain/table-port.js';
import { TableTurn, type Touches } from '../../domain/table-turn.js';
import { takeDeletions } from './adoptions/behavior.js';
import { agreeToDrop, dropsDue, recordDropped, removeFile } from './deletions/behavior.js';
import { pruneEnded, type Turn } from './endings/behavior.js';
import { findFile, listFiles, renameFile, sumUp, surveyFiles } from './files/behavior.js';
import { closeInventory, takeInventory } from './inventory/behavior.js';
import { admitKeeper, beginTerm, listKeepers } from './keepers/behavior.js';
import type { TableMessage, TableNotice, TableRequests, TableRequestType } from './messages.js';
import { recordVerified } from './replicas/behavior.js';
import { retireKeeper } from './retirements/behavior.js';
import { recordStored } from './stores/behavior.js';
import {
  abandonUpload,
  adoptUploads,
  findUpload,
  forgivePause,
  reserveUpload,
  tick,
  touchUploads,
} from './uploads/behavior.js';

export interface TableState {
  /** Absent until the first message after a start. */
  readonly touches?: Touches;
  /** When the last tick came. */
  readonly tickedAt?: Millis;
}

type TableAnswer = Answer<TableRequests[TableRequestType]['answer']>;

interface TableStep {
  readonly state: TableState;
  readonly writes: readonly TableWrite[];
  readonly answer: TableAnswer;
  readonly notices: readonly TableNotice[];
}

export interface TableBehavior {
  readonly initial: TableState;
  receive(reader: TableReader, state: TableState, message: TableMessage, now: Millis): TableStep;
}

type Handlers = {
  readonly [Type in TableRequestType]: (
    turn: Turn,
    input: TableRequests[Type]['input'],
  ) => Answer<TableRequests[Type]['answer']>;
};

const handlers: Handlers = {
  'reserve upload': reserveUpload,
  'touch uploads': touchUploads,
  'abandon upload': abandonUpload,
  'find upload': findUpload,
  'record stored': recordStored,
  'find file': findFile,
  'list files': listFiles,
  'remove file': removeFile,
  'rename file': renameFile,
  'admit keeper': admitKeeper,
  'take inventory': takeInventory,
  'take deletions': takeDeletions,
  'close inventory': closeInventory,
  'record verified': recordVerified,
  'record dropped': recordDropped,
  'agree to drop': agreeToDrop,
  'survey files': surveyFiles,
  'drops due': dropsDue,
  'retire keeper': retireKeeper,
  'begin term': beginTerm,
  'list keepers': listKeepers,
  'sum up': sumUp,
  tick,
};

export function createTable(limits: TableLimits = defaultTableLimits): TableBehavior {
  return {
    initial: {},
    receive(reader, state, message, now) {
      const { touches, ...times } = hear(reader, state, message, limits, now);
      const turn: Turn = new TableTurn<TableNotice>({ reader, touches, limits, now });
      const answer = handle(turn, message);
      if (!answer.ok) return { state: { touches, ...times }, writes: [], answer, notices: [] };
      pruneEnded(turn);
      const { notices } = turn;
      return { state: { touches: turn.touches, ...times }, writes: turn.writes(), answer, notices };
    },
  };
}

/** The state in which a message is handled: after a pause, reservations have been given that time back. */
function hear(
  reader: TableReader,
  { touches: before, tickedAt }: TableState,
  { type }: TableMessage,
  limits: TableLimits,
  now: Millis,
): TableState & { readonly touches: Touches } {
  const touches = before ?? adoptUploads(reader, now);
  if (type !== 'tick') return { touches, ...(tickedAt === undefined ? {} : { tickedAt }) };
  const pausedMs = tickedAt === undefined ? 0 : now - tickedAt;
  if (pausedMs <= limits.tickGapMaxMs) return { touches, tickedAt: now };
  return { touches: forgivePause(touches, pausedMs, now), tickedAt: now };
}

function handle<Type extends TableRequestType>(
  turn: Turn,
  message: { readonly type: Type; readonly input: TableRequests[Type]['input'] },
): TableAnswer {
  return handlers[message.type](turn, message.input);
}
