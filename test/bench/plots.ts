/** The measurements that stand on curves, as one picture for each curve and unit. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { type Curve, type Measurement, median, type Result } from './measurement.js';

use([GridComponent, LegendComponent, LineChart, ScatterChart, SVGRenderer, TitleComponent]);

type Point = Measurement & { readonly at: Curve };

const xNames: Readonly<Record<string, string>> = {
  size: 'size of the film, MiB',
  parallel: 'transfers at a time',
  keepers: 'keepers',
  table: 'files in the table',
};

/** @returns the paths of what was drawn */
export async function drawPlots(
  directory: string,
  results: readonly Result[],
): Promise<readonly string[]> {
  const points = results.filter(
    (result): result is Point => !('skipped' in result) && result.at !== undefined,
  );
  await mkdir(directory, { recursive: true });
  const paths: string[] = [];
  for (const [name, group] of groupsOf(points)) {
    const path = join(directory, `${name}.svg`);
    await writeFile(path, picture(group));
    paths.push(path);
  }
  return paths;
}

function groupsOf(points: readonly Point[]): ReadonlyMap<string, readonly Point[]> {
  const groups = new Map<string, Point[]>();
  for (const point of points) {
    const name = `${point.at.curve}-${point.unit.replace('/', '-per-')}`;
    groups.set(name, [...(groups.get(name) ?? []), point]);
  }
  return groups;
}

/** Lines through the medians, and a dot for each round. */
export function picture(points: readonly Point[]): string {
  const [{ at, unit } = { at: { curve: '', series: '', x: 0 }, unit: '' }] = points;
  const names = [...new Set(points.map((point) => point.at.series))];
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 640, height: 360 });
  const axis = { nameLocation: 'middle', nameGap: 32, splitLine: { lineStyle: { opacity: 0.3 } } };
  chart.setOption({
    animation: false,
    backgroundColor: '#fff',
    legend: { top: 4 },
    grid: { left: 64, right: 24, top: 36, bottom: 48 },
    xAxis: { type: 'log', name: xNames[at.curve] ?? at.curve, ...axis },
    yAxis: { type: 'value', name: unit, min: 0, ...axis, nameGap: 44 },
    series: names.flatMap((name) => {
      const own = points.filter((point) => point.at.series === name);
      const medians = own.map((point) => [point.at.x, median(point.values)]);
      const rounds = own.flatMap((point) => point.values.map((value) => [point.at.x, value]));
      return [
        { name, type: 'line', data: medians, symbolSize: 7 },
        { name, type: 'scatter', data: rounds, symbolSize: 4, itemStyle: { opacity: 0.6 } },
      ];
    }),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${svg}\n`;
}
