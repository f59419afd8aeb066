import { createHistory, type History } from '@livekit-swarm/analysis';
import type { Side } from '@livekit-swarm/analysis/compare';
import { seriesQueriesOf } from '../../html/charts/catalog.ts';
import type { ChartData, Color, PageData, SeriesData } from '../../html/charts/chart-data.ts';
import type { ChartGroupSpec, ChartLine, ChartSpec } from '../../html/charts/chart-spec.ts';
import { groupsOf, layoutOf, limitOf, pointsOf } from '../../html/charts/read-charts.ts';
import { untrusted } from '../../html/markup.ts';
import { bandsOf } from '../../run/html/sections/charts.ts';

/** Runs of one side over time. */
export interface SideHistory {
  name: string;
  histories: readonly History[];
}

/** Charts that show the same figure of each side, and their places on the page. */
export interface OverlayCharts {
  groups: ChartGroupSpec[];
  data: PageData;
}

/** The base is dashed and grey; the others have colours of their own. */
const BASE: Pick<SeriesData, 'color' | 'look'> = { color: 'base', look: 'dashed' };
const COLORS: readonly Color[] = ['plain', 'video', 'data', 'good', 'unsure'];

const MAX_SIDES = 1 + COLORS.length;

/** Reads the runs of each side again. More sides than have colours are left out. */
export const readHistories = async (sides: readonly Side[]): Promise<SideHistory[]> => {
  const read: SideHistory[] = [];
  for (const { name, runs } of sides.slice(0, MAX_SIDES)) {
    const histories: History[] = [];
    for (const { decision, readLines } of runs) {
      const history = createHistory(seriesQueriesOf(decision));
      for await (const line of readLines()) history.add(line);
      histories.push(history.interim());
    }
    read.push({ name, histories });
  }
  return read;
};

/** A chart for each figure that charts of a run are about, with a line for each side. */
export const overlayCharts = (
  sides: readonly SideHistory[],
  [base]: readonly Side[],
): OverlayCharts => {
  const histories = sides.flatMap((side) => side.histories);
  const stepMs = Math.max(1_000, ...histories.map((history) => history.stepMs));
  const points = Math.max(
    0,
    ...histories.map((history) => Math.ceil((history.steps * history.stepMs) / stepMs)),
  );
  const thresholds = base?.runs[0]?.decision.thresholds ?? [];
  const shown = figuresOf(histories).map(({ group, chart, line }, index) => {
    const id = `both-${index}`;
    const series = sides.map((side, number) => seriesOf(side, number, chart, line, stepMs, points));
    const spec: ChartSpec = {
      ...{ id, title: chart.title, note: line.label, unit: chart.unit },
      lines: [line],
    };
    const data: ChartData = {
      ...{ id, unit: chart.unit, series, stacked: false },
      limit: limitOf(thresholds, line),
    };
    return { group, spec, data };
  });
  return {
    groups: [...Map.groupBy(shown, ({ group }) => group)].map(([title, charts]) => ({
      title,
      charts: charts.map(({ spec }) => spec),
    })),
    data: {
      ...{ step: stepMs / 1_000, points, marks: [] },
      bands: bandsOf(base?.runs[0]?.summary.plan.windows ?? []),
      charts: shown.map(({ data }) => data),
    },
  };
};

interface ShownFigure {
  group: string;
  chart: ChartSpec;
  line: ChartLine;
}

/**
 * Lines that are the subject of their chart and that any run has, in the order of the catalogue. Lines
 * of single nodes and of video heights have other names in other runs.
 */
const figuresOf = (histories: readonly History[]): ShownFigure[] => {
  const found = new Map<string, ShownFigure>();
  for (const history of histories) {
    const layout = layoutOf(history);
    const lines = new Map(layout.map((one) => [one.chart.id, one.lines]));
    for (const { title, charts } of groupsOf(layout.filter((one) => one.lines.length > 0)))
      for (const chart of charts.filter(({ stacked }) => stacked !== true))
        for (const line of lines.get(chart.id) ?? [])
          if (line.look === 'solid' || line.look === 'area')
            found.set(`${chart.id} ${line.name}`, { group: title, chart, line });
  }
  return [...found.values()];
};

const seriesOf = (
  { name, histories }: SideHistory,
  number: number,
  chart: ChartSpec,
  line: ChartLine,
  stepMs: number,
  points: number,
): SeriesData => {
  const runs = histories.map((history) => stretched(history, chart, line, stepMs));
  const each = Array.from({ length: points }, (_, point) =>
    runs.flatMap((values) => values[point] ?? []).sort((a, b) => a - b),
  );
  const at = (pick: (sorted: readonly number[]) => number | undefined): (number | null)[] =>
    each.map((sorted) => pick(sorted) ?? null);
  return {
    label: untrusted(name),
    ...(number === 0
      ? BASE
      : { color: COLORS[(number - 1) % COLORS.length] ?? 'plain', look: 'solid' }),
    values: at(medianOf),
    ...(histories.length > 1 && { high: at((sorted) => sorted.at(-1)), low: at(([low]) => low) }),
  };
};

/** Values of a run in steps that may be longer than its own: the average of those that they cover. */
const stretched = (
  history: History,
  chart: ChartSpec,
  line: ChartLine,
  stepMs: number,
): (number | null)[] => {
  const { values } = pointsOf(chart, line, history);
  const factor = stepMs / history.stepMs;
  if (factor === 1) return values;
  return Array.from({ length: Math.ceil(values.length / factor) }, (_, step) => {
    const covered = values
      .slice(step * factor, (step + 1) * factor)
      .filter((value) => value !== null);
    return covered.length === 0
      ? null
      : covered.reduce((sum, value) => sum + value, 0) / covered.length;
  });
};

/** @param sorted from the smallest */
const medianOf = (sorted: readonly number[]): number | undefined => {
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
};
