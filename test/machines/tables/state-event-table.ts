/**
 * Holds a machine to its complete table of states and events.
 *
 * A row is a state at rest, or a case of one, as in `reporting (last try)`; a column is an event,
 * or a case of one, or the answer of an invoked actor, or a delay that is over. A cell says
 *
 *   a state          it goes there, and `+ tell x` if it tells its shell something on the way
 *   stays: ...       it stays, and what changed in its context, then what it asked for, in order
 *   stays            it answers, but here nothing changes by that
 *   declined         the state names the event in order to do nothing
 *   -                nobody answers: the event is dropped
 *   (nothing)        it cannot come here: the actor does not run, the timer is not set
 *   breaks           the machine ends with an error that it has no state for
 *   over             the machine has ended, and is sent nothing more
 *
 * The column `runs` says which actors run and which timers are set. The real table is computed by
 * the pure transition function alone. A state, event, actor or delay without a name in the table
 * fails the test, as does a reason for dropping an event that is not dropped.
 */
import assert from 'node:assert/strict';
import { describe, expect, it } from 'vitest';
import type { AnyStateMachine, EventObject } from 'xstate';
import {
  answersTo,
  arriveAt,
  eventsOf,
  follow,
  leafOf,
  type Place,
  type Step,
  type Trigger,
} from './machine-walk.js';
import { cellOf, runsIn, staleTypesOf } from './table-cells.js';
import { leavesOf, unnamedOf, untakenOf } from './table-completeness.js';
import { parseGrid, renderGrid, spellOut } from './text-grid.js';

type Cases<Event> = Event | readonly (readonly [name: string, event: Event])[];

export interface StateEventTable<Event extends EventObject> {
  /** A fresh life: what `initialTransition` returns. */
  readonly start: () => Step;
  /** Every declared event; the column of a case is named `type case`. */
  readonly events: { readonly [Type in Event['type']]: Cases<Extract<Event, { type: Type }>> };
  /** Ends of invoked actors and of delays, by the name of the column. */
  readonly internal: Readonly<Record<string, Exclude<Trigger, { kind: 'event' }>>>;
  /** Promises end with an answer; tasks tell events and can at most break. */
  readonly actorsAre: 'promises' | 'tasks';
  /** By row, the columns that lead there from the start. */
  readonly paths: Readonly<Record<string, readonly string[]>>;
  /** States that it only passes through. */
  readonly passing: readonly string[];
  readonly grid: string;
  /** Short names of long cells. */
  readonly words?: Readonly<Record<string, string>>;
  /** Why it is right to drop an event, by `row × column`, where one might wonder. */
  readonly dropped: Readonly<Record<string, string>>;
}

export function describeTable<Event extends EventObject>(
  name: string,
  table: StateEventTable<Event>,
): void {
  const columns = columnsOf(table);
  const triggers = Object.values(columns);
  const rows = Object.keys(table.paths);
  const machine = arriveAt(table.start()).snapshot.machine as AnyStateMachine;
  const written = spellOut(parseGrid(table.grid), table.words ?? {});
  const cellsOf = (row: string) => cellsAt(walkTo(table, columns, row), columns);

  describe(name, () => {
    it.each(rows)('answers every event as its table says when %s', (row) => {
      const real = cellsOf(row);

      expect(written[row], renderGrid({ [row]: real })).toEqual(real);
    });

    it('has a table that names every state, and rests in no other', () => {
      const rest = rows.flatMap((row) => Object.values(cellsOf(row)));

      expect([...new Set([...rows.map(stateOf), ...table.passing])].sort()).toEqual(
        leavesOf(machine).sort(),
      );
      expect(Object.keys(written).sort()).toEqual([...rows].sort());
      for (const cell of rest) expect(table.passing).not.toContain(cell.replace(/ \+ .*$/, ''));
    });

    it('has a table that names every event, actor and delay', () => {
      expect(unnamedOf(machine, table, triggers)).toEqual([]);
    });

    it('has a table in which every transition is taken', () => {
      const places = rows.map((row) => walkTo(table, columns, row));

      expect(untakenOf(machine, places, triggers)).toEqual([]);
    });

    it.each(rows)('hears no actor and no timer that has been stopped when %s', (row) => {
      const place = walkTo(table, columns, row);

      const heard = staleTypesOf(place).filter((type) => answersTo(place, { type }) !== 'none');

      expect(heard).toEqual([]);
    });

    it('drops what is explained as dropped', () => {
      const cells = Object.keys(table.dropped).map((key) => {
        const [row = '', column = ''] = key.split(' × ');
        return [key, cellsOf(row)[column]];
      });

      expect(cells.filter(([, cell]) => cell !== '-' && cell !== 'declined')).toEqual([]);
    });
  });
}

type Columns = Readonly<Record<string, Trigger>>;

function columnsOf<Event extends EventObject>(table: StateEventTable<Event>): Columns {
  const events = Object.entries<Cases<EventObject>>(table.events).flatMap(([type, cases]) =>
    'type' in cases
      ? [[type, { kind: 'event', event: cases }] as const]
      : cases.map(([label, event]) => [`${type} ${label}`, { kind: 'event', event }] as const),
  );
  return { ...Object.fromEntries(events), ...table.internal };
}

function walkTo<Event extends EventObject>(
  table: StateEventTable<Event>,
  columns: Columns,
  row: string,
): Place {
  let place = arriveAt(table.start());
  for (const column of table.paths[row] ?? assert.fail(`no row is called "${row}"`)) {
    const trigger = columns[column] ?? assert.fail(`no column is called "${column}"`);
    const [event] = eventsOf(trigger, place);
    assert(event !== undefined, `"${column}" cannot come in "${leafOf(place)}"`);
    place = follow(place, event);
  }
  assert.equal(leafOf(place), stateOf(row), `the path to "${row}" leads elsewhere`);
  return place;
}

function cellsAt(place: Place, columns: Columns): Readonly<Record<string, string>> {
  const isOver = place.snapshot.status !== 'active';
  const cells = Object.entries(columns).map(([column, trigger]) => [
    column,
    isOver ? 'over' : cellOf(place, trigger),
  ]);
  return { runs: isOver ? 'over' : runsIn(place), ...Object.fromEntries(cells) };
}

/** `reporting (last try)` is a case of `reporting`. */
const stateOf = (row: string): string => row.replace(/ \(.*\)$/, '');
