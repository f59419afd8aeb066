// All charts together: they share the cursor and the stretch of time that is shown.

/** @typedef {{ chart: ChartData, place: HTMLElement, u: UPlot, layers: { series: number, edge: boolean }[], values: HTMLElement[] }} Drawn */

/** @type {Drawn[]} */
const drawn = [];

/** Whether a chart follows another one just now. */
let following = false;

/** @param {UPlot} leader @param {(other: UPlot) => void} change */
const follow = (leader, change) => {
  if (following) return;
  following = true;
  for (const { u } of drawn) if (u !== leader) change(u);
  following = false;
};

/** @param {UPlot} u @param {number | null | undefined} point */
const pointAt = (u, point) => {
  const x = point == null ? undefined : u.data[0][point];
  u.setCursor(x === undefined ? { left: -10, top: -10 } : { left: u.valToPos(x, 'x'), top: 0 });
};

/** @param {Drawn} one */
const showValues = ({ chart, u, values }) => {
  for (const [index, value] of values.entries())
    value.textContent = u.cursor.idx == null ? '' : readingOf(chart, index, u.cursor.idx);
};

/** @param {PageData} page @param {UPlot} u @param {number} from @param {number} to */
const zoomTo = (page, u, from, to) => {
  const end = Math.max(page.step, (page.points - 1) * page.step);
  const length = Math.min(end, Math.max(page.step * 4, to - from));
  const min = Math.min(Math.max(0, from), end - length);
  u.setScale('x', { min, max: min + length });
};

/** A finger that is put on a chart moves the cursor; one that wipes up or down moves the page. @param {Drawn} one */
const listenToTouch = ({ u }) => {
  /** @param {PointerEvent} event */
  const point = (event) => {
    if (event.pointerType === 'mouse') return;
    const { left } = u.over.getBoundingClientRect();
    u.setCursor({ left: event.clientX - left, top: 0 });
  };
  u.over.addEventListener('pointerdown', point);
  u.over.addEventListener('pointermove', point);
};

/** @param {PageData} page */
const drawCharts = (page) => {
  if (page.charts.length === 0) return;
  const reading = /** @type {HTMLElement} */ (document.getElementById('reading'));
  const reset = /** @type {HTMLElement} */ (document.getElementById('reset-zoom'));
  const end = (page.points - 1) * page.step;

  for (const place of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('.plot'))) {
    const chart = page.charts.find(({ id }) => id === place.dataset.chart);
    const figure = place.closest('figure');
    if (chart === undefined || figure === null) continue;
    /** @type {Drawn} */
    const one = {
      chart,
      place,
      ...makePlot(place, page, chart, { cursor: moved, zoom: zoomed }),
      values: [],
    };
    drawn.push(one);
    const title = figure.querySelector('h4')?.textContent ?? '';
    place.tabIndex = 0;
    place.setAttribute('role', 'application');
    place.setAttribute('aria-roledescription', 'chart');
    place.setAttribute(
      'aria-label',
      `${title}, from ${formatClock(0)} to ${formatClock(end)}. Arrow keys move through time.`,
    );
    makeLegend(one, /** @type {HTMLElement} */ (figure.querySelector('.legend')));
    listenToKeys(page, one, reading);
    listenToTouch(one);
    const details = /** @type {HTMLDetailsElement} */ (figure.querySelector('details'));
    details.addEventListener('toggle', () => {
      if (details.open)
        makeTable(page, chart, /** @type {HTMLElement} */ (details.querySelector('.scroll')));
    });
  }

  /** @param {UPlot} u */
  function moved(u) {
    const one = drawn.find((other) => other.u === u);
    if (one !== undefined) showValues(one);
    follow(u, (other) => pointAt(other, u.cursor.idx));
  }

  /** @param {UPlot} u */
  function zoomed(u) {
    const { min, max } = u.scales.x ?? {};
    if (min == null || max == null) return;
    follow(u, (other) => other.setScale('x', { min, max }));
    reset.hidden = min <= 0 && max >= end;
  }

  reset.addEventListener('click', () => {
    const [first] = drawn;
    if (first !== undefined) zoomTo(page, first.u, 0, end);
    first?.place.focus({ preventScroll: true });
  });

  const watch = new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries) {
      const one = drawn.find(({ place }) => place === target);
      if (
        one !== undefined &&
        contentRect.width > 0 &&
        Math.abs(contentRect.width - one.u.width) > 1
      )
        one.u.setSize({ width: contentRect.width, height: HEIGHT });
    }
  });
  for (const { place } of drawn) watch.observe(place);
};

/** Colours have changed. */
const redrawCharts = () => {
  for (const { u } of drawn) u.redraw(false);
};
