import { formatNumber } from '@livekit-swarm/settings';
import { element, required } from './element.ts';

const names = new Intl.Collator('en', { numeric: true });

/** By `data-v` where both cells have it, else by text. Unknown values come last in either direction. */
const compareCells = (
  a: HTMLTableCellElement | undefined,
  b: HTMLTableCellElement | undefined,
  ascending: boolean,
): number => {
  const [x, y] = [a?.dataset.v, b?.dataset.v];
  const sign = ascending ? 1 : -1;
  if (x === undefined || y === undefined)
    return sign * names.compare(a?.textContent ?? '', b?.textContent ?? '');
  if (x === '' || y === '') return Number(x === '') - Number(y === '');
  return sign * (Number(x) - Number(y));
};

interface SortableTable {
  /** Shows the rows that contain all words of the text and returns how many there are. */
  find(text: string): number;
  /** Rows. */
  size: number;
}

/** Makes the columns of a table sortable. All rows are in the page; the first are shown, the others on request. */
const makeSortable = (table: HTMLTableElement): SortableTable => {
  const first = Number(table.dataset.first);
  const body = required(table.tBodies[0], 'body of a table');
  const rows = [...body.rows];
  let showAll = false;
  let words: string[] = [];

  const more = element('button', { type: 'button', class: 'more' });
  required(table.closest('.card'), 'card around a table').append(more);

  const show = (): number => {
    const found = rows.filter((row) =>
      words.every((word) => (row.textContent ?? '').toLowerCase().includes(word)),
    );
    const shown = new Set(showAll ? found : found.slice(0, first));
    for (const row of rows) row.hidden = !shown.has(row);
    more.hidden = shown.size === found.length;
    more.textContent = `Show all ${formatNumber(found.length)}`;
    return found.length;
  };
  more.addEventListener('click', () => {
    showAll = true;
    show();
    // The button is hidden now: keyboard focus moves to the first new row.
    const next = rows.filter((row) => !row.hidden)[first];
    next?.setAttribute('tabindex', '-1');
    next?.focus();
  });

  const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
  for (const [column, head] of heads.entries()) {
    const button = element('button', { type: 'button' }, head.textContent ?? '');
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      // The first click sorts numbers from the largest, names from A.
      const before = head.getAttribute('aria-sort');
      const ascending = before === null ? !head.classList.contains('n') : before === 'descending';
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', ascending ? 'ascending' : 'descending');
      rows.sort((a, b) => compareCells(a.cells[column], b.cells[column], ascending));
      body.append(...rows);
      show();
    });
  }
  show();
  return {
    find: (text) => {
      words = text.toLowerCase().split(/\s+/).filter(Boolean);
      return show();
    },
    size: rows.length,
  };
};

/** The search field of the participants. */
const makeSearchable = (table: SortableTable, input: HTMLInputElement): void => {
  const line = input.closest<HTMLElement>('.find');
  if (line === null || table.size < 2) return;
  line.hidden = false;
  const output = line.querySelector('output');
  input.addEventListener('input', () => {
    const count = table.find(input.value);
    if (output !== null)
      output.textContent = input.value.trim() === '' ? '' : `${formatNumber(count)} found`;
  });
};

/** Makes the tables of the page sortable, and that of the participants searchable. */
export const prepareTables = (): void => {
  for (const table of document.querySelectorAll<HTMLTableElement>('table.sortable')) {
    const sortable = makeSortable(table);
    const input = document.getElementById('find');
    if (table.id === 'participant-table' && input instanceof HTMLInputElement)
      makeSearchable(sortable, input);
  }
};
