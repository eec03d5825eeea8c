/** What clients do in a story. */
import fc from 'fast-check';
import type { Cluster } from '../../../src/actors/client/cluster.js';
import { type Arena, choose, type Happening, numberOf } from './happening.js';
import type { StepParams } from './story.js';

/** Names that clients use; few, so that they meet. */
export const names: readonly string[] = ['a', 'b/c', 'd', 'ü', 'name with spaces'];

/** Refused, each for a reason of its own. */
const badNames: readonly string[] = [
  '',
  '/a',
  'a//b',
  'a/../b',
  'a\u0007',
  '\ud800',
  `${'ä€😀'.repeat(200)}`,
];
const allNames = [...names, ...badNames];

const who = {
  client: fc.nat(3),
  name: fc.oneof(
    { weight: 40, arbitrary: fc.nat(names.length - 1) },
    { weight: 1, arbitrary: fc.integer({ min: names.length, max: allNames.length - 1 }) },
  ),
};

/** Long enough for the tag that tells it from others; chunks are of 4 KiB here: a part of one, some, many. */
const size = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 16, max: 3000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 4090, max: 4100 }) },
  { weight: 3, arbitrary: fc.integer({ min: 8000, max: 60_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 100_000, max: 200_000 }) },
);

function ask(
  { cluster }: Arena,
  params: StepParams,
  call: Parameters<SimClient['ask']>[0]['call'],
): string | undefined {
  const client = choose(cluster.clients, numberOf(params, 'client'));
  const name = choose(allNames, numberOf(params, 'name'));
  if (client === undefined || name === undefined) return undefined;
  const content =
    call.type === 'put'
      ? cluster.content(call.content, numberOf(params, 'size'), params['film'] === true)
      : undefined;
  if (!client.ask({ name: call.type === 'list' ? '' : name, call }, content)) return undefined;
  return `${client.name} asks: ${describe(name, call)}`;
}

type SimClient = Arena['cluster']['clients'][number];

function describe(name: string, call: Parameters<SimClient['ask']>[0]['call']): string {
  switch (call.type) {
    case 'put':
      return `${call.replace ? 'replace' : 'put'} ${name} with ${call.content}`;
    case 'rename':
      return `rename ${name} to ${call.to}`;
    case 'list':
      return 'list';
    default:
      return `${call.type} ${name}`;
  }
}

export const operations: readonly Happening[] = [
  {
    kind: 'put',
    layer: 'client',
    budget: 'within',
    weight: 6,
    params: fc.record({
      ...who,
      size,
      tag: fc.nat(999_999),
      replace: fc.boolean(),
      film: fc.boolean(),
    }),
    happen: (params, arena) =>
      ask(arena, params, {
        type: 'put',
        content: `t${params['tag']}`,
        replace: params['replace'] === true,
      }),
  },
  {
    kind: 'get',
    layer: 'client',
    budget: 'within',
    weight: 5,
    params: fc.record(who),
    happen: (params, arena) => ask(arena, params, { type: 'get' }),
  },
  {
    kind: 'stat',
    layer: 'client',
    budget: 'within',
    weight: 2,
    params: fc.record(who),
    happen: (params, arena) => ask(arena, params, { type: 'stat' }),
  },
  {
    kind: 'remove',
    layer: 'client',
    budget: 'within',
    weight: 2,
    params: fc.record(who),
    happen: (params, arena) => ask(arena, params, { type: 'remove' }),
  },
  {
    kind: 'list',
    layer: 'client',
    budget: 'within',
    weight: 1,
    params: fc.record({ client: fc.nat(3), name: fc.constant(0) }),
    happen: (params, arena) => ask(arena, params, { type: 'list', prefix: '' }),
  },
  {
    kind: 'rename',
    layer: 'client',
    budget: 'within',
    weight: 1,
    params: fc.record({ ...who, to: fc.nat(names.length - 1) }),
    happen: (params, arena) =>
      ask(arena, params, { type: 'rename', to: choose(names, numberOf(params, 'to')) ?? '' }),
  },
  {
    kind: 'look',
    layer: 'client',
    budget: 'within',
    weight: 1,
    params: fc.record({ client: fc.nat(3) }),
    happen(params, { cluster }) {
      const client = choose(cluster.clients, numberOf(params, 'client'));
      if (client === undefined) return undefined;
      client.perform('look', look);
      return `${client.name} asks: status, keepers, fsck`;
    },
  },
];

/** As an operator does in the midst of trouble: that it answers is enough. */
async function look(cluster: Cluster): Promise<void> {
  await cluster.status();
  await cluster.keepers();
  for await (const _ of cluster.fsck());
}
