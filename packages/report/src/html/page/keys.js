// Charts by keyboard.

/** Arrow keys move through time, and what is there is said. @param {PageData} page @param {Drawn} one @param {HTMLElement} reading */
const listenToKeys = (page, one, reading) => {
  const { place, u, chart } = one;
  place.addEventListener('keydown', (event) => {
    const { min = 0, max = 0 } = u.scales.x ?? {};
    const last = page.points - 1;
    const now = u.cursor.idx ?? Math.round(min / page.step);
    const stride = event.shiftKey ? 10 : 1;
    const middle = now * page.step;
    /** @type {Record<string, () => number | null>} */
    const moves = {
      ArrowRight: () => Math.min(last, u.cursor.idx == null ? now : now + stride),
      ArrowLeft: () => Math.max(0, now - stride),
      Home: () => Math.max(0, Math.ceil(min / page.step)),
      End: () => Math.min(last, Math.floor(max / page.step)),
      Escape: () => null,
    };
    /** @type {Record<string, () => void>} */
    const zooms = {
      '+': () => zoomTo(page, u, middle - (max - min) / 4, middle + (max - min) / 4),
      '=': () => zoomTo(page, u, middle - (max - min) / 4, middle + (max - min) / 4),
      '-': () => zoomTo(page, u, middle - (max - min), middle + (max - min)),
      0: () => zoomTo(page, u, 0, last * page.step),
    };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = moves[event.key];
    const zoom = zooms[event.key];
    if (move === undefined && zoom === undefined) return;
    event.preventDefault();
    zoom?.();
    const point = move === undefined ? now : move();
    const at = point === null ? 0 : point * page.step;
    // Whoever walks out of what is shown takes it along.
    if (move !== undefined && point !== null && (at < min || at > max))
      zoomTo(page, u, at - (max - min) / 2, at + (max - min) / 2);
    pointAt(u, point);
    const said = chart.series.map(
      ({ label }, index) => `${label} ${readingOf(chart, index, point)}`,
    );
    reading.textContent = point === null ? '' : `${formatClock(at)}: ${said.join(', ')}`;
  });
  place.addEventListener('blur', () => pointAt(u, null));
};
