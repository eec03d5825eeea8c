/** How full something is. */
import type { VNode } from 'preact';
import { percentText, sizeText } from '../format.js';

interface MeterProps {
  readonly usedBytes: number;
  readonly freeBytes: number;
  readonly label: string;
}

export function SpaceMeter({ usedBytes, freeBytes, label }: MeterProps): VNode {
  const all = usedBytes + freeBytes;
  const share = all === 0 ? 0 : usedBytes / all;
  const tone = share > 0.95 ? 'bad' : share > 0.85 ? 'warning' : 'calm';
  return (
    <div class="space">
      <div class="meter" aria-hidden="true">
        <div
          class={`meter-fill fill-${tone}`}
          style={{ inlineSize: `${Math.max(share * 100, usedBytes > 0 ? 1.5 : 0)}%` }}
        />
      </div>
      <span class="space-words">
        <span class="only-read">{label}: </span>
        {sizeText(usedBytes)} <span class="soft">of {sizeText(all)}</span>
        <span class="only-read">, {percentText(usedBytes, all)}</span>
      </span>
    </div>
  );
}
