/** What Prometheus answered as Grafana's own data frames, with units, limits and names as the panel has them. */
import {
  applyFieldOverrides,
  cacheFieldDisplayNames,
  type DataFrame,
  type Field,
  FieldColorModeId,
  type FieldConfig,
  FieldConfigOptionsRegistry,
  type FieldConfigPropertyItem,
  type FieldConfigSource,
  FieldType,
  type GrafanaTheme2,
  identityOverrideProcessor,
  renderLegendFormat,
  type ThresholdsConfig,
} from '@grafana/data';
import { figureOf, type Picture, type Series } from '../picture.ts';
import type { DrawnPanel } from './drawn-panel.tsx';

/** Defaults of Grafana's time series panel. */
const CUSTOM_DEFAULTS = {
  drawStyle: 'line',
  lineInterpolation: 'linear',
  lineWidth: 1,
  fillOpacity: 0,
  pointSize: 5,
  showPoints: 'auto',
  spanNulls: false,
  axisPlacement: 'auto',
  scaleDistribution: { type: 'linear' },
  stacking: { mode: 'none', group: 'A' },
  thresholdsStyle: { mode: 'off' },
};

/** One frame for each line, named by the panel's legend. */
export const lineFrames = (panel: DrawnPanel, { answers, stepMs }: Picture): DataFrame[] =>
  panel.targets.flatMap(({ refId, legendFormat = '' }) =>
    (answers[panel.id]?.[refId] ?? []).map(({ labels, points }): DataFrame => {
      const name = legendFormat === '' ? nameOf(labels) : renderLegendFormat(legendFormat, labels);
      const value = { displayNameFromDS: name } as FieldConfig;
      return {
        refId,
        name,
        length: points.length,
        fields: [
          // By the interval Grafana knows where points are missing.
          field(
            'Time',
            FieldType.time,
            points.map(([time]) => time),
            { interval: stepMs },
          ),
          {
            ...field(
              'Value',
              FieldType.number,
              points.map(([, text]) => figureOf(text)),
              value,
            ),
            labels,
          },
        ],
      };
    }),
  );

/** One frame for each query, a row for each of its series, as the Prometheus data source makes them. */
export const tableFrames = (panel: DrawnPanel, { answers }: Picture): DataFrame[] =>
  panel.targets.map(({ refId }) => {
    const series = answers[panel.id]?.[refId] ?? [];
    const names = [...new Set(series.flatMap(({ labels }) => Object.keys(labels)))].toSorted();
    const value = panel.targets.length === 1 ? 'Value' : `Value #${refId}`;
    return {
      refId,
      length: series.length,
      fields: [
        field(
          'Time',
          FieldType.time,
          series.map(({ points }) => points[0]?.[0] ?? null),
        ),
        ...names.map((name) =>
          field(
            name,
            FieldType.string,
            series.map(({ labels }) => labels[name] ?? ''),
          ),
        ),
        field(
          value,
          FieldType.number,
          series.map(({ points }) => figureOf(points[0]?.[1] ?? '')),
        ),
      ],
    };
  });

/** Units, limits, colours and the overrides for single columns. */
export const withFieldConfig = (
  panel: DrawnPanel,
  data: DataFrame[],
  theme: GrafanaTheme2,
): DataFrame[] => {
  const frames = applyFieldOverrides({
    data,
    fieldConfig: fieldConfigOf(panel),
    fieldConfigRegistry: registryFor(panel),
    replaceVariables: (text) => text,
    theme,
    timeZone: 'utc',
  });
  cacheFieldDisplayNames(frames);
  return frames;
};

export const fieldConfigOf = ({ type, fieldConfig }: DrawnPanel): FieldConfigSource => {
  const mode =
    type === 'timeseries' ? FieldColorModeId.PaletteClassic : FieldColorModeId.Thresholds;
  const { custom, ...defaults } = fieldConfig.defaults;
  return {
    overrides: fieldConfig.overrides.map(({ matcher, properties }) => ({
      matcher,
      properties: properties.map(({ id, value }) => ({
        id,
        value: id === 'thresholds' ? fromBelow(value) : value,
      })),
    })),
    defaults: {
      color: { mode },
      ...defaults,
      ...(defaults.thresholds !== undefined && { thresholds: fromBelow(defaults.thresholds) }),
      custom: type === 'timeseries' ? { ...CUSTOM_DEFAULTS, ...custom } : custom,
    },
  };
};

/** JSON has no infinity: the first limit, from minus infinity on, is null there. */
const fromBelow = ({ mode, steps }: ThresholdsConfig): ThresholdsConfig => ({
  mode,
  steps: steps.map((step) => ({ ...step, value: step.value ?? Number.NEGATIVE_INFINITY })),
});

/** Grafana applies only what its registry has: here, whatever this panel sets. */
const registryFor = (panel: DrawnPanel): FieldConfigOptionsRegistry => {
  const { defaults, overrides } = fieldConfigOf(panel);
  const { custom, ...standard } = defaults;
  const ids = new Set([
    ...Object.keys(standard),
    ...Object.keys(custom ?? {}).map((key) => `custom.${key}`),
    ...overrides.flatMap(({ properties }) => properties.map(({ id }) => id)),
  ]);
  return new FieldConfigOptionsRegistry(() => [...ids].map(propertyOf));
};

const propertyOf = (id: string): FieldConfigPropertyItem => {
  const isCustom = id.startsWith('custom.');
  return {
    id,
    name: id,
    path: isCustom ? id.slice('custom.'.length) : id,
    isCustom,
    settings: {},
    process: identityOverrideProcessor,
    shouldApply: ({ type }) => type !== FieldType.time,
    editor: () => null,
    override: () => null,
  };
};

const field = (
  name: string,
  type: FieldType,
  values: unknown[],
  config: FieldConfig = {},
): Field => ({
  name,
  type,
  values,
  config,
});

/** As Prometheus writes a series. */
const nameOf = ({ __name__: name = '', ...labels }: Series['labels']): string =>
  `${name}{${Object.entries(labels)
    .map(([key, value]) => `${key}="${value}"`)
    .join(', ')}}`;
