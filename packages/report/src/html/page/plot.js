// One chart on its canvas.

/** @typedef {import('../charts/chart-data.ts').PageData} PageData */
/** @typedef {import('../charts/chart-data.ts').ChartData} ChartData */
/** @typedef {import('../charts/chart-data.ts').SeriesData} SeriesData */

/** Colours of the page, as they are now. @param {string} name of a custom property, without its dashes */
const colorOf = (name) =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** @param {string} color `#rrggbb` @param {number} alpha 0 … 1 */
const faded = (color, alpha) =>
  color +
  Math.round(alpha * 255)
    .toString(16)
    .padStart(2, '0');

const FONT = '11px system-ui, sans-serif';
const HEIGHT = 176;

/**
 * What uPlot is given: x, then the series, then the edges of bands. Stacked series stand on each other, the topmost first, as later ones are painted
 * over earlier ones.
 * @param {PageData} page @param {ChartData} chart
 */
const layersOf = (page, chart) => {
  const x = Array.from({ length: page.points }, (_, point) => point * page.step);
  /** @type {{ values: (number | null)[], series: number, edge: boolean }[]} */
  const layers = [];
  if (chart.stacked) {
    /** @type {(number | null)[]} */
    let below = x.map(() => null);
    for (const [index, { values }] of chart.series.entries()) {
      below = values.map((value, point) =>
        value === null ? (below[point] ?? null) : value + (below[point] ?? 0),
      );
      layers.unshift({ values: below, series: index, edge: false });
    }
  } else
    for (const [index, { values }] of chart.series.entries())
      layers.push({ values, series: index, edge: false });
  /** @type {Plot.Band[]} */
  const bands = [];
  for (const [index, { high, low, color }] of chart.series.entries()) {
    if (high === undefined || low === undefined) continue;
    layers.push(
      { values: high, series: index, edge: true },
      { values: low, series: index, edge: true },
    );
    bands.push({
      series: [layers.length - 1, layers.length],
      fill: () => faded(colorOf(color), 0.18),
    });
  }
  return {
    data: /** @type {Plot.Data} */ ([x, ...layers.map(({ values }) => values)]),
    layers,
    bands,
  };
};

/** Points that no line leads to would not be seen. @param {(number | null)[]} values */
const lonely = (values) =>
  values.flatMap((value, point) =>
    value !== null && (values[point - 1] ?? null) === null && (values[point + 1] ?? null) === null
      ? [point]
      : [],
  );

/** @param {SeriesData} series @param {(number | null)[]} values @param {boolean} stacked @returns {Plot.Series} */
const seriesOf = ({ look, color }, values, stacked) => {
  const alone = lonely(values);
  return {
    stroke: () => colorOf(stacked ? 'card' : color),
    width: look === 'thin' || stacked ? 1 : 1.75,
    ...(look === 'dashed' && { dash: [5, 4] }),
    ...(look === 'area' && {
      fill: () => (stacked ? colorOf(color) : faded(colorOf(color), 0.14)),
    }),
    points: {
      show: alone.length > 0,
      filter: () => alone,
      size: 5,
      width: 1,
      fill: () => colorOf(color),
    },
  };
};

/**
 * From zero to a little above what is there; the limit is in sight where it is not far off.
 * @param {ChartData} chart @returns {Plot.Range}
 */
const rangeOf = (chart) => (_u, _least, highest) => {
  const most = highest ?? 0;
  const limit = chart.limit ?? 0;
  if (most <= 0) return [0, limit > 0 ? limit * 1.3 : chart.unit === 'share' ? 0.01 : 1];
  return [0, Math.max(most, limit < most * 4 ? limit : 0) * 1.12];
};

/** As wide as the longest label, and no narrower than before: charts must not jump. @param {UPlot} _u @param {string[]} labels */
const widthOf = (_u, labels) =>
  Math.max(46, ...(labels ?? []).map((label) => label.length * 6.4 + 14));

/**
 * @param {HTMLElement} place @param {PageData} page @param {ChartData} chart
 * @param {{ cursor: (u: UPlot) => void, zoom: (u: UPlot) => void }} on
 */
const makePlot = (place, page, chart, on) => {
  const { data, layers, bands } = layersOf(page, chart);
  const format = FORMATS[chart.unit];
  const hooks = hooksOf(page, chart);
  /** @type {Plot.Axis} */
  const axis = {
    stroke: () => colorOf('muted'),
    font: FONT,
    grid: { stroke: () => colorOf('grid'), width: 1 },
    ticks: { show: false },
  };
  const u = new uPlot(
    {
      width: Math.max(200, place.clientWidth),
      height: HEIGHT,
      padding: [8, 12, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: true, y: false }, points: { size: 7 }, focus: { prox: -1 } },
      scales: { x: { time: false }, y: { range: rangeOf(chart) } },
      axes: [
        {
          ...axis,
          values: (_u, splits) => splits.map(formatClock),
          incrs: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 14_400],
          space: 56,
          size: 26,
        },
        {
          ...axis,
          values: (_u, splits) => splits.map((value) => format(value)),
          size: widthOf,
          gap: 6,
          space: 34,
        },
      ],
      series: [
        {},
        ...layers.map(({ series, values, edge }) => {
          const one = /** @type {SeriesData} */ (chart.series[series]);
          return edge
            ? { width: 0, points: { show: false } }
            : seriesOf(one, values, chart.stacked);
        }),
      ],
      bands,
      hooks: {
        ...hooks,
        setCursor: [on.cursor],
        setScale: [(self, key) => key === 'x' && on.zoom(self)],
      },
    },
    data,
    place,
  );
  return { u, layers };
};
