import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type DataTransformerConfig,
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
  type Panel,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import {
  PanelBuilder as HeatmapBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimelineBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { type Colour, type Limits, thresholdSteps } from './limits.ts';
import { heatmapQuery, type Query, rangeQuery, tableQuery } from './query.ts';
import { DATASOURCE } from './variables.ts';

/** What every panel tells. */
interface Look {
  title: string;
  /** What it shows, and what a bad value means. */
  means: string;
  /** Grafana's word: `percentunit`, `s`, `bps`, `short`. */
  unit?: string;
  limits?: Limits;
  queries: readonly Query[];
  /** Of the 24 columns of a dashboard. */
  columns?: number;
  /** What stands there instead of "No data". */
  empty?: string;
}

const STAT_HEIGHT = 4;
const GRAPH_HEIGHT = 8;

const thresholdsOf = (limits: Limits) =>
  new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(thresholdSteps(limits));

/** One figure, as it is now, with how it came about behind it. */
export const stat = ({
  title,
  means,
  unit = 'short',
  limits,
  queries,
  columns = 4,
  empty = '–',
}: Look): Builder<Panel> => {
  const panel = new StatBuilder()
    .title(title)
    .description(means)
    .datasource(DATASOURCE)
    .targets(queries.map(rangeQuery))
    .unit(unit)
    .noValue(empty)
    .span(columns)
    .height(STAT_HEIGHT)
    .graphMode(BigValueGraphMode.Area)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false));
  return limits === undefined
    ? panel.colorMode(BigValueColorMode.None)
    : panel.colorMode(BigValueColorMode.Value).thresholds(thresholdsOf(limits));
};

/** From here on there is room for more than one figure in a legend. */
const WIDE = 12;
/** Where a third of something a second is worth a look. */
const RATES: readonly string[] = ['ops', 'reqps'];

/** How far an axis goes at least. Of nothing but zeros Grafana draws one to 100, which is 10000 % of shares. */
const softMaxOf = (unit: string, limits?: Limits): number | undefined => {
  if (unit === 'percentunit') return limits === undefined || limits.lowIsBad ? 0.01 : limits.bad;
  // Grafana writes fractions of packets as mp/s.
  if (unit === 'pps') return 10;
  return RATES.includes(unit) || limits?.bad === 1 ? 1 : undefined;
};

interface GraphLook extends Look {
  stacked?: true;
  /** Of the axis, where the nature of the figure gives one: shares end at 1. */
  max?: number;
  /** What may go below nothing, or begins above it (scores). Default 0. */
  min?: number;
}

/** Figures over time; limits are dashed lines. */
export const graph = ({
  title,
  means,
  unit = 'short',
  limits,
  queries,
  columns = 8,
  empty,
  ...look
}: GraphLook): Builder<Panel> => {
  const panel = new TimeseriesBuilder()
    .title(title)
    .description(means)
    .datasource(DATASOURCE)
    .targets(queries.map(rangeQuery))
    .unit(unit)
    .span(columns)
    .height(GRAPH_HEIGHT)
    .min(look.min ?? 0)
    .lineWidth(1)
    .fillOpacity(look.stacked ? 30 : 8)
    .showPoints(VisibilityMode.Never)
    .tooltip(
      new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending),
    )
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(columns < WIDE ? ['lastNotNull'] : ['lastNotNull', 'max']),
    );
  const softMax = softMaxOf(unit, limits);
  if (softMax !== undefined) panel.axisSoftMax(softMax);
  if (empty !== undefined) panel.noValue(empty);
  if (look.max !== undefined) panel.max(look.max);
  if (look.stacked)
    panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
  if (limits !== undefined) {
    panel
      .thresholds(thresholdsOf(limits))
      .thresholdsStyle(
        new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed),
      );
  }
  return panel;
};

/** What a figure means, in a word, and its colour where the limits do not give it. */
export interface Word {
  text: string;
  color?: Colour;
}

/** Which state something is in, over time: 1 is green, 0 is red unless limits say otherwise. */
export const states = ({
  title,
  means,
  limits,
  queries,
  columns = 12,
  empty = '–',
  words,
}: Look & { words?: Readonly<Record<string, Word>> }): Builder<Panel> => {
  const panel = new StateTimelineBuilder()
    .title(title)
    .description(means)
    .datasource(DATASOURCE)
    .targets(queries.map(rangeQuery))
    .noValue(empty)
    .span(columns)
    .height(GRAPH_HEIGHT)
    .mergeValues(true)
    .showValue(VisibilityMode.Auto)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .thresholds(thresholdsOf(limits ?? { bad: 1, lowIsBad: true }))
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(false)
        .calcs([]),
    );
  if (words !== undefined) panel.mappings([{ type: MappingType.ValueToText, options: words }]);
  return panel;
};

/** How often each size of something occurs, over time. */
export const heatmap = ({ title, means, unit = 's', queries, columns = 8 }: Look): Builder<Panel> =>
  new HeatmapBuilder()
    .title(title)
    .description(means)
    .datasource(DATASOURCE)
    .targets(queries.map(heatmapQuery))
    .unit(unit)
    .span(columns)
    .height(GRAPH_HEIGHT)
    .yAxis(new YAxisConfigBuilder().unit(unit))
    .calculate(false)
    .showLegend();

/** A column of a table: the query's answer, under a name of its own. */
export interface Column extends Query {
  unit?: string;
  limits?: Limits;
}

/** Pixels: Grafana's own 150 would push columns out of sight. */
const MIN_COLUMN = 70;

/** A row for each value of a label, a column for each query. */
export const table = ({
  title,
  means,
  by,
  columns: parts,
  span = 24,
  empty = '–',
}: {
  title: string;
  means: string;
  /** The labels that rows are told apart by. */
  by: readonly string[];
  columns: readonly Column[];
  span?: number;
  empty?: string;
}): Builder<Panel> => {
  const panel = new TableBuilder()
    .title(title)
    .description(means)
    .datasource(DATASOURCE)
    .targets(parts.map(tableQuery))
    .noValue(empty)
    .minWidth(MIN_COLUMN)
    .span(span)
    .height(GRAPH_HEIGHT)
    .transformations(joinedBy(by, parts));
  for (const { legend, unit, limits } of parts) {
    panel.overrideByName(legend, [
      ...(unit === undefined ? [] : [{ id: 'unit', value: unit }]),
      ...(limits === undefined
        ? []
        : [
            { id: 'thresholds', value: { mode: 'absolute', steps: thresholdSteps(limits) } },
            { id: 'custom.cellOptions', value: { type: 'color-text' } },
          ]),
    ]);
  }
  return panel;
};

/** Grafana calls the answers of several queries `Value #A`, `Value #B`, …, that of a single one `Value`. */
const joinedBy = (by: readonly string[], parts: readonly Column[]): DataTransformerConfig[] => [
  { id: 'merge', options: {} },
  { id: 'filterFieldsByName', options: { include: { pattern: `/^(${by.join('|')}|Value.*)$/` } } },
  {
    id: 'organize',
    options: {
      indexByName: Object.fromEntries(by.map((label, index) => [label, index])),
      renameByName: Object.fromEntries(
        parts.map(({ legend }, index) => [
          parts.length === 1 ? 'Value' : `Value #${String.fromCharCode(65 + index)}`,
          legend,
        ]),
      ),
    },
  },
];
