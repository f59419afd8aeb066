// Tables that can be sorted and searched. Every row is in the page; the first are shown, and the others when they are asked for.

/** @param {HTMLTableElement} table */
const makeSortable = (table) => {
  const first = Number(table.dataset.first);
  const body = /** @type {HTMLTableSectionElement} */ (table.tBodies[0]);
  const rows = [...body.rows];
  let all = false;
  /** @type {string[]} */
  let words = [];

  const more = element('button', { type: 'button', class: 'more' });
  const card = /** @type {HTMLElement} */ (table.closest('.card'));
  card.append(more);

  const show = () => {
    const found = rows.filter((row) =>
      words.every((word) => (row.textContent ?? '').toLowerCase().includes(word)),
    );
    const shown = new Set(all ? found : found.slice(0, first));
    for (const row of rows) row.hidden = !shown.has(row);
    more.hidden = shown.size === found.length;
    more.textContent = `Show all ${formatNumber(found.length)}`;
    return found.length;
  };
  more.addEventListener('click', () => {
    all = true;
    show();
    // The button is gone: whoever came by keyboard goes on where the new rows begin.
    const next = rows.filter((row) => !row.hidden)[first];
    next?.setAttribute('tabindex', '-1');
    next?.focus();
  });

  const heads = /** @type {HTMLTableCellElement[]} */ ([...(table.tHead?.rows[0]?.cells ?? [])]);
  for (const [column, head] of heads.entries()) {
    const button = element('button', { type: 'button' }, head.textContent ?? '');
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      const numeric = head.classList.contains('n');
      // Figures from the largest, names from A.
      const before = head.getAttribute('aria-sort');
      const upwards = before === null ? !numeric : before === 'descending';
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', upwards ? 'ascending' : 'descending');
      rows.sort((a, b) => compareCells(a.cells[column], b.cells[column], upwards));
      body.append(...rows);
      show();
    });
  }
  show();
  return {
    /** @param {string} text @returns {number} how many rows hold all of its words */
    find: (text) => {
      words = text.toLowerCase().split(/\s+/).filter(Boolean);
      return show();
    },
    size: rows.length,
  };
};

const names = new Intl.Collator('en', { numeric: true });

/** What is not known comes last, whichever way. @param {HTMLTableCellElement | undefined} a @param {HTMLTableCellElement | undefined} b @param {boolean} upwards */
const compareCells = (a, b, upwards) => {
  const [x, y] = [a?.dataset.v, b?.dataset.v];
  const way = upwards ? 1 : -1;
  if (x === undefined || y === undefined)
    return way * names.compare(a?.textContent ?? '', b?.textContent ?? '');
  if (x === '' || y === '') return Number(x === '') - Number(y === '');
  return way * (Number(x) - Number(y));
};

const prepareTables = () => {
  for (const table of /** @type {NodeListOf<HTMLTableElement>} */ (
    document.querySelectorAll('table.sortable')
  )) {
    const sortable = makeSortable(table);
    const find = /** @type {HTMLInputElement | null} */ (
      table.id === 'participants' ? document.getElementById('find') : null
    );
    const line = /** @type {HTMLElement | null | undefined} */ (find?.closest('.find'));
    if (find === null || line == null || sortable.size < 2) continue;
    line.hidden = false;
    find.addEventListener('input', () => {
      const count = sortable.find(find.value);
      const output = line.querySelector('output');
      if (output !== null)
        output.textContent = find.value.trim() === '' ? '' : `${formatNumber(count)} found`;
    });
  }
};
