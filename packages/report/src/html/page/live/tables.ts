import type {
  LiveMarkData,
  LiveParticipantRow,
  LiveThreshold,
  ShownState,
} from '../../live/live-data.ts';
import { element, required } from '../element.ts';
import { FORMATS, formatNumber } from '../format.ts';
import { formatMoment } from '../moment.ts';

const STATES: Record<LiveThreshold['state'], [mark: string, word: string]> = {
  passed: ['✓', 'met'],
  failed: ['✗', 'crossed'],
  inconclusive: ['–', 'not measured yet'],
};

/** Words for the number of thresholds in each state: one that was not measured yet is not missed. */
const COUNTED = [
  ['failed', 'crossed'],
  ['passed', 'met'],
  ['inconclusive', 'pending'],
] as const;

const stateCell = (state: LiveThreshold['state']): HTMLElement => {
  const [mark, word] = STATES[state];
  return element(
    'td',
    { class: 'mark' },
    element('span', { 'aria-hidden': 'true' }, mark),
    element('span', { class: 'hidden' }, word),
  );
};

const CONNECTIONS: Record<ShownState, string> = {
  connected: 'connected',
  reconnecting: 'reconnecting',
  joining: 'joining',
  disconnected: 'disconnected',
  join_failed: 'join failed',
  left: 'left',
};

export const byId = (id: string): HTMLElement => required(document.getElementById(id), `#${id}`);

/** Part of the page in which a table or list scrolls: while it is empty, keys must not stop there. */
const scrolledOf = (content: HTMLElement): HTMLElement =>
  required(content.closest<HTMLElement>('.scroll'), '.scroll');

/** Fills a table, and hides it while it is empty. A table whose rows are the same is left as it is. */
const fill = <Row>(
  id: string,
  note: string,
  rows: readonly Row[],
  rowOf: (row: Row) => HTMLElement,
): void => {
  const table = byId(id);
  const key = JSON.stringify(rows);
  if (table.dataset.rows === key) return;
  table.dataset.rows = key;
  scrolledOf(table).hidden = rows.length === 0;
  byId(note).hidden = rows.length > 0;
  required(table.querySelector('tbody'), `tbody of #${id}`).replaceChildren(...rows.map(rowOf));
};

const cell = (text: string, className = 'n'): HTMLElement =>
  element('td', { class: className }, text);

const orDash = (value: number | null, format: (value: number) => string): string =>
  value === null ? '–' : format(value);

export const showThresholds = (thresholds: readonly LiveThreshold[], count: number): void => {
  fill(
    'threshold-table',
    'thresholds-none',
    thresholds,
    ({ state, metric, expression, measured, limit }) =>
      element(
        'tr',
        { class: state },
        stateCell(state),
        element(
          'th',
          { scope: 'row' },
          element('code', {}, metric),
          ' ',
          element('code', { class: 'dim' }, expression),
        ),
        cell(measured, 'n figure'),
        cell(limit),
      ),
  );
  byId('thresholds-met').textContent =
    count === 0 || count > thresholds.length
      ? ''
      : COUNTED.flatMap(([state, word]) => {
          const number = thresholds.filter((threshold) => threshold.state === state).length;
          return number === 0 ? [] : [`${formatNumber(number)} ${word}`];
        }).join(', ');
};

export const showAffected = (rows: readonly LiveParticipantRow[]): void =>
  fill('affected-table', 'affected-none', rows, (row) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, element('bdi', {}, row.identity)),
      element('td', {}, element('bdi', {}, row.room)),
      element(
        'td',
        {},
        CONNECTIONS[row.state],
        ...(row.reason === null ? [] : [element('span', { class: 'dim' }, ` ${row.reason}`)]),
      ),
      cell(formatNumber(row.reconnects)),
      cell(row.longestInterruptionMs > 0 ? FORMATS.ms(row.longestInterruptionMs) : '–'),
      cell(orDash(row.loss, FORMATS.share)),
      cell(orDash(row.latencyP95Ms, FORMATS.ms)),
    ),
  );

/** Events on the list; the axis of the charts has all. */
const MAX_LISTED = 50;

/** The latest first. */
export const showEvents = (marks: readonly LiveMarkData[]): void => {
  const list = byId('event-list');
  const key = marks.map(({ at, text }) => `${formatMoment(at)} ${text}`).join('\n');
  if (list.dataset.rows === key) return;
  list.dataset.rows = key;
  byId('events-none').hidden = marks.length > 0;
  scrolledOf(list).hidden = marks.length === 0;
  list.replaceChildren(
    ...marks
      .slice(-MAX_LISTED)
      .reverse()
      .map(({ at, text, tone }) =>
        element('li', { class: tone }, element('time', {}, formatMoment(at)), ` ${text}`),
      ),
  );
};
