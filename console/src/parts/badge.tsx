/** A state in one word, told by more than its colour. */
import type { VNode } from 'preact';
import type { KeeperJson, ReplicaJson } from '../../../src/actors/gateway/api-shapes.js';

type Tone = 'good' | 'neutral' | 'warning' | 'bad';

const tones: Readonly<Record<KeeperJson['state'] | ReplicaJson['state'], Tone>> = {
  alive: 'good',
  live: 'good',
  joining: 'neutral',
  draining: 'neutral',
  retired: 'neutral',
  unverified: 'warning',
  suspect: 'warning',
  lost: 'bad',
  quarantined: 'bad',
};

export const StateBadge = ({ state }: { readonly state: keyof typeof tones }): VNode => (
  <Badge tone={tones[state]} text={state} />
);

export const Badge = ({ tone, text }: { readonly tone: Tone; readonly text: string }): VNode => (
  <span class={`badge tone-${tone}`}>{text}</span>
);

/** How many replicas count, of how many there should be. */
export function ReplicasBadge({ live, target }: { live: number; target: number }): VNode {
  const tone = live >= target ? 'good' : live > 0 ? 'warning' : 'bad';
  return (
    <span class={`badge tone-${tone}`}>
      {live}/{target}
      <span class="only-read"> replicas</span>
    </span>
  );
}
