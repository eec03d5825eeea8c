/** A small curve of the last minutes. The library draws on a canvas; the numbers stand beside it. */
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { SampleJson } from '../../../src/actors/gateway/api-shapes.js';

interface CurveLine {
  readonly label: string;
  readonly ink: 'one' | 'two' | 'warning';
  readonly value: (sample: SampleJson) => number;
  readonly now: string;
}

interface CurveProps {
  readonly title: string;
  readonly samples: readonly SampleJson[];
  readonly lines: readonly CurveLine[];
  /** The curve never looks larger than a scale to this value would make it. */
  readonly scaleMin: number;
}

const height = 76;
/** Of the time that is shown; what is kept bounds it on the other side. */
const secondsMin = 60;

export function Curve({ title, samples, lines, scaleMin }: CurveProps): VNode {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const data = toData(samples, lines);
  const latest = useRef(data);
  latest.current = data;

  useEffect(() => {
    let isGone = false;
    void import('uplot').then(({ default: Plot }) => {
      if (isGone || place.current === null) return;
      plot.current = new Plot(optionsFor(place.current, lines, scaleMin), latest.current);
      place.current.append(plot.current.root);
    });
    const fit = new ResizeObserver(([entry]) => {
      if (entry !== undefined)
        plot.current?.setSize({ width: Math.round(entry.contentRect.width), height });
    });
    if (place.current !== null) fit.observe(place.current);
    return () => {
      isGone = true;
      fit.disconnect();
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, []);
  useEffect(() => plot.current?.setData(data), [samples]);

  return (
    <figure class="curve card">
      <figcaption>
        <span class="curve-title">{title}</span>
        <span class="curve-now">
          {lines.map(({ label, ink, now }) => (
            <span key={label}>
              <span class={`ink ink-${ink}`} aria-hidden="true" />
              <span class="soft">{label}</span> <b>{now}</b>
            </span>
          ))}
        </span>
      </figcaption>
      <div ref={place} class="curve-place" aria-hidden="true" />
    </figure>
  );
}

function toData(samples: readonly SampleJson[], lines: readonly CurveLine[]): uPlot.AlignedData {
  const times = samples.map(({ atMs }) => atMs / 1000);
  return [times, ...lines.map(({ value }) => samples.map(value))];
}

function optionsFor(
  place: HTMLElement,
  lines: readonly CurveLine[],
  scaleMin: number,
): uPlot.Options {
  // Of the mark beside the line's name, so that both follow the theme.
  const colorOf = (ink: string) => (): string => {
    const marked = place.parentElement?.querySelector(`.ink-${ink}`);
    return marked == null ? '' : getComputedStyle(marked).color;
  };
  return {
    width: place.clientWidth,
    height,
    padding: [4, 0, 4, 0],
    legend: { show: false },
    cursor: { show: false },
    axes: [{ show: false }, { show: false }],
    scales: {
      x: { range: (_, min, max) => [Math.min(min, max - secondsMin), max] },
      y: { range: (_, __, max) => [0, Math.max(scaleMin, max * 1.1)] },
    },
    series: [
      {},
      ...lines.map(({ label, ink }) => ({
        label,
        stroke: colorOf(ink),
        width: 2,
        points: { show: false },
      })),
    ],
  };
}
