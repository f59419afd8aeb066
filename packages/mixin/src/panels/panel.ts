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
  SpecialValueMatch,
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
import { type Colour, type Limits, RED, thresholdSteps } from './limits.ts';
import { dataLink, type PanelLink } from './links.ts';
import { heatmapQuery, type Query, rangeQuery, tableQuery } from './query.ts';
import { DATASOURCE } from './variables.ts';

/** Options of all panels. */
interface PanelOptions {
  title: string;
  /** Explanation of the panel, and of a bad value. */
  description: string;
  /** Grafana's unit id: `percentunit`, `s`, `bps`, `short`. */
  unit?: string;
  limits?: Limits;
  queries: readonly Query[];
  /** Width, columns; a dashboard has 24. */
  columns?: number;
  /** Text instead of "No data". */
  noData?: string;
  /** Link of its series. */
  link?: PanelLink;
}

const STAT_HEIGHT = 4;
const GRAPH_HEIGHT = 8;

const thresholdsOf = (limits: Limits) =>
  new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(thresholdSteps(limits));

/** Text of a value, and its colour unless the limits define it. */
export interface ValueLabel {
  text: string;
  color?: Colour;
}

/** Labels of values, by value: `{ 1: { text: 'up' }, 0: { text: 'down' } }`. */
export type ValueLabels = Readonly<Record<string, ValueLabel>>;

const mappingsOf = (options: ValueLabels) => [{ type: MappingType.ValueToText, options }] as const;

/** Label of a missing value. Without it, Grafana gives the text the colour of the lowest values: red where low is bad. */
const withoutValue = (text: string) => ({
  type: MappingType.SpecialValue as const,
  options: { match: SpecialValueMatch.Null, result: { text, color: 'text' } },
});

interface StatOptions extends PanelOptions {
  /** Words instead of values. */
  labels?: ValueLabels;
}

/**
 * Panel with the current value, and its history in the background. Limits apply to the first query;
 * further ones give its context, such as the number of all nodes.
 */
export const stat = ({
  title,
  description,
  unit = 'short',
  limits,
  queries,
  columns = 4,
  noData = '–',
  link,
  labels,
}: StatOptions): Builder<Panel> => {
  const panel = new StatBuilder()
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .targets(queries.map(rangeQuery))
    .unit(unit)
    .noValue(noData)
    .span(columns)
    .height(STAT_HEIGHT)
    // A line has no meaning behind a word, and would run through the digits of several values.
    .graphMode(
      labels !== undefined || queries.length > 1 ? BigValueGraphMode.None : BigValueGraphMode.Area,
    )
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false));
  panel.mappings([...(labels === undefined ? [] : mappingsOf(labels)), withoutValue(noData)]);
  for (const { legend } of queries.slice(1))
    panel.overrideByName(legend, [{ id: 'color', value: { mode: 'fixed', fixedColor: 'text' } }]);
  if (link !== undefined) panel.dataLinks([dataLink(link)]);
  return limits === undefined
    ? panel.colorMode(BigValueColorMode.None)
    : panel.colorMode(BigValueColorMode.Value).thresholds(thresholdsOf(limits));
};

/** Units of rates. Grafana's own unit `ops` stands for operations. */
export const PER_SECOND = 'suffix:/s';
export const JOINS = 'suffix: joins/s';
/** Unit of rare packets: Grafana prints fractions of packets per second as mp/s, milli-packets. */
export const PACKETS_PER_MINUTE = 'suffix:/min';

/** Width from which a legend with several values has space at the side, where none of its lines is cut, columns. */
const WIDE = 12;
/** Units for which values below 1 are relevant. */
const RATES: readonly string[] = [PER_SECOND, JOINS, 'reqps'];

/**
 * Minimum of the upper end of an axis; undefined: Grafana's default, which for values of 0 is 100,
 * or 10000 % for shares.
 */
const softMaxOf = (unit: string, limits?: Limits): number | undefined => {
  if (unit === 'percentunit') return limits === undefined || limits.lowIsBad ? 0.01 : limits.bad;
  if (unit === PACKETS_PER_MINUTE) return 10;
  return RATES.includes(unit) || limits?.bad === 1 ? 1 : undefined;
};

/** Beginning of the legend of series that are limits of the others. */
export const LIMIT = 'limit: ';

interface GraphOptions extends PanelOptions {
  stacked?: true;
  /** Upper end of the axis, for values with a maximum: 1 for shares. */
  max?: number;
  /** Lower end of the axis: negative, or above 0 for scores. Default: 0. */
  min?: number;
}

/** Panel with values over time; limits are dashed lines. */
export const graph = ({
  title,
  description,
  unit = 'short',
  limits,
  queries,
  columns = 8,
  noData,
  link,
  ...axis
}: GraphOptions): Builder<Panel> => {
  const panel = new TimeseriesBuilder()
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .targets(queries.map(rangeQuery))
    .unit(unit)
    .span(columns)
    .height(GRAPH_HEIGHT)
    .min(axis.min ?? 0)
    .lineWidth(1)
    .fillOpacity(axis.stacked ? 30 : 8)
    .showPoints(VisibilityMode.Never)
    .tooltip(
      new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending),
    )
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(columns < WIDE ? LegendDisplayMode.List : LegendDisplayMode.Table)
        .placement(columns < WIDE ? LegendPlacement.Bottom : LegendPlacement.Right)
        .showLegend(true)
        .calcs(columns < WIDE ? ['lastNotNull'] : ['lastNotNull', 'max']),
    );
  const softMax = softMaxOf(unit, limits);
  if (softMax !== undefined) panel.axisSoftMax(softMax);
  if (noData !== undefined) panel.noValue(noData);
  if (link !== undefined) panel.dataLinks([dataLink(link)]);
  if (axis.max !== undefined) panel.max(axis.max);
  if (axis.stacked)
    panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
  if (queries.some(({ legend }) => legend.startsWith(LIMIT)))
    panel.overrideByRegexp(`/^${LIMIT}/`, [
      { id: 'color', value: { mode: 'fixed', fixedColor: RED } },
      { id: 'custom.lineStyle', value: { fill: 'dash', dash: [10, 10] } },
      { id: 'custom.fillOpacity', value: 0 },
    ]);
  if (limits !== undefined) {
    panel
      .thresholds(thresholdsOf(limits))
      .thresholdsStyle(
        new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed),
      );
  }
  return panel;
};

/** Panel with states over time: 1 is green and 0 is red, unless limits define other colours. */
export const states = ({
  title,
  description,
  limits,
  queries,
  columns = 12,
  noData = '–',
  labels,
}: PanelOptions & { labels?: ValueLabels }): Builder<Panel> => {
  const panel = new StateTimelineBuilder()
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .targets(queries.map(rangeQuery))
    .noValue(noData)
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
  if (labels !== undefined) panel.mappings([...mappingsOf(labels)]);
  return panel;
};

/** Panel with the distribution of a histogram over time. */
export const heatmap = ({
  title,
  description,
  unit = 's',
  queries,
  columns = 8,
}: PanelOptions): Builder<Panel> =>
  new HeatmapBuilder()
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .targets(queries.map(heatmapQuery))
    .unit(unit)
    .span(columns)
    .height(GRAPH_HEIGHT)
    .yAxis(new YAxisConfigBuilder().unit(unit))
    .calculate(false)
    .showLegend();

/** Column of a table: a query, with its legend as heading. */
export interface Column extends Query {
  unit?: string;
  limits?: Limits;
  decimals?: number;
  /** Words instead of values. */
  labels?: ValueLabels;
  /** Shows values from 0 to 1 as bars. */
  bar?: true;
}

/** Narrowest column, pixels; with Grafana's default of 150, not all columns are visible. */
const MIN_COLUMN = 70;

/** Table with a row for each value of a label, and a column for each query. */
export const table = ({
  title,
  description,
  by,
  columns: parts,
  span = 24,
  noData = '–',
  links = {},
  heads = {},
  height = GRAPH_HEIGHT,
}: {
  title: string;
  description: string;
  /** Labels that identify a row. */
  by: readonly string[];
  columns: readonly Column[];
  span?: number;
  noData?: string;
  /** Links of cells, by column. */
  links?: Readonly<Record<string, PanelLink>>;
  /** Title and width, pixels, of the columns of labels whose name or values Grafana would cut. */
  heads?: Readonly<Record<string, { title: string; width: number }>>;
  height?: number;
}): Builder<Panel> => {
  const panel = new TableBuilder()
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .targets(parts.map(tableQuery))
    .noValue(noData)
    .minWidth(MIN_COLUMN)
    .span(span)
    .height(height)
    .transformations(joinedBy(by, parts, heads));
  for (const { title: head, width } of Object.values(heads))
    panel.overrideByName(head, [{ id: 'custom.width', value: width }]);
  for (const [column, { title: text, url }] of Object.entries(links))
    panel.overrideByName(column, [{ id: 'links', value: [{ title: text, url }] }]);
  for (const { legend, unit, limits, decimals, labels, bar } of parts) {
    panel.overrideByName(legend, [
      ...(unit === undefined ? [] : [{ id: 'unit', value: unit }]),
      ...(decimals === undefined ? [] : [{ id: 'decimals', value: decimals }]),
      ...(labels === undefined ? [] : [{ id: 'mappings', value: mappingsOf(labels) }]),
      ...(limits === undefined
        ? []
        : [
            { id: 'thresholds', value: { mode: 'absolute', steps: thresholdSteps(limits) } },
            {
              id: 'custom.cellOptions',
              value: bar ? { type: 'gauge', mode: 'basic' } : { type: 'color-text' },
            },
          ]),
      ...(bar
        ? [
            { id: 'min', value: 0 },
            { id: 'max', value: 1 },
          ]
        : []),
    ]);
  }
  return panel;
};

/**
 * Transformations that join queries to one table. Grafana names the results of several queries
 * `Value #A`, `Value #B`, …, and that of a single one `Value`.
 */
const joinedBy = (
  by: readonly string[],
  parts: readonly Column[],
  heads: Readonly<Record<string, { title: string }>>,
): DataTransformerConfig[] => [
  { id: 'merge', options: {} },
  { id: 'filterFieldsByName', options: { include: { pattern: `/^(${by.join('|')}|Value.*)$/` } } },
  {
    id: 'organize',
    options: {
      indexByName: Object.fromEntries(by.map((label, index) => [label, index])),
      renameByName: {
        ...Object.fromEntries(Object.entries(heads).map(([label, { title }]) => [label, title])),
        ...Object.fromEntries(
          parts.map(({ legend }, index) => [
            parts.length === 1 ? 'Value' : `Value #${String.fromCharCode(65 + index)}`,
            legend,
          ]),
        ),
      },
    },
  },
];
