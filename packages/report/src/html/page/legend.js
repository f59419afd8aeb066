// What the lines of a chart are, and what they are at the cursor.

const DASH = '–';

/** @param {ChartData} chart @param {number} series @param {number | null | undefined} point */
const readingOf = (chart, series, point) => {
  const value = point == null ? null : chart.series[series]?.values[point];
  return value == null ? DASH : FORMATS[chart.unit](value);
};

/** Buttons that say which line is which, what it is at the cursor, and take it away. @param {Drawn} one @param {HTMLElement} place */
const makeLegend = (one, place) => {
  for (const [index, { label, color, look }] of one.chart.series.entries()) {
    const value = element('span', { class: 'value' }, '');
    const key = element('i', { class: `key ${look}`, 'data-color': color });
    const button = element(
      'button',
      { type: 'button', 'aria-pressed': 'true' },
      key,
      ` ${label} `,
      value,
    );
    button.addEventListener('click', () => {
      const show = button.getAttribute('aria-pressed') !== 'true';
      button.setAttribute('aria-pressed', String(show));
      one.u.batch(() => {
        for (const [layer, { series }] of one.layers.entries())
          if (series === index) one.u.setSeries(layer + 1, { show });
      });
    });
    one.values.push(value);
    place.append(button);
  }
  if (one.chart.limit !== null)
    place.append(
      element(
        'span',
        { class: 'limit' },
        element('i', { class: 'key dashed', 'data-color': 'bad' }),
        ` limit ${FORMATS[one.chart.unit](one.chart.limit)}`,
      ),
    );
};

/** Every point as a row, made when somebody asks for it. @param {PageData} page @param {ChartData} chart @param {HTMLElement} place */
const makeTable = (page, chart, place) => {
  const heads = ['time', ...chart.series.map(({ label }) => label)];
  const body = element('tbody');
  for (let point = 0; point < page.points; point++) {
    const cells = chart.series.map((_, index) =>
      element('td', { class: 'n' }, readingOf(chart, index, point)),
    );
    body.append(
      element('tr', {}, element('th', { scope: 'row' }, formatClock(point * page.step)), ...cells),
    );
  }
  const head = element(
    'tr',
    {},
    ...heads.map((text, index) =>
      element('th', { scope: 'col', ...(index > 0 && { class: 'n' }) }, text),
    ),
  );
  place.replaceChildren(element('table', {}, element('thead', {}, head), body));
};
