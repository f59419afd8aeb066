import type { SessionData, SessionsData } from '../charts/chart-data.ts';
import { element } from './element.ts';

const SVG = 'http://www.w3.org/2000/svg';

/** Row of a table that a name opens. */
interface Named {
  name: string;
  row: HTMLTableRowElement;
}

const nameIn = (cell: HTMLTableCellElement | undefined): string =>
  cell?.querySelector('bdi')?.textContent ?? '';

const rowsOf = (table: HTMLTableElement | null): Named[] =>
  [...(table?.tBodies[0]?.rows ?? [])].map((row) => ({ name: nameIn(row.cells[0]), row }));

const tableOf = (id: string): HTMLTableElement | null => {
  const found = document.getElementById(id);
  return found instanceof HTMLTableElement ? found : null;
};

type Subject = 'participant' | 'room';

const addressOf = (subject: Subject, name: string): string =>
  `#${subject}=${encodeURIComponent(name)}`;

const linkTo = (subject: Subject, name: string): HTMLElement =>
  element('a', { href: addressOf(subject, name) }, element('bdi', {}, name));

/** Makes a link of the name in a cell. */
const linkCell = (cell: HTMLTableCellElement | undefined, subject: Subject): void => {
  const shown = cell?.querySelector('bdi');
  if (!shown?.textContent) return;
  const link = element('a', { href: addressOf(subject, shown.textContent) });
  shown.replaceWith(link);
  link.append(shown);
};

/** Name of the participant or room in the address of the page; null: neither. */
const readAddress = (): { subject: Subject; name: string } | null => {
  const match = /^#(participant|room)=(.*)$/s.exec(location.hash);
  const [, subject, name = ''] = match ?? [];
  if (subject !== 'participant' && subject !== 'room') return null;
  try {
    return { subject, name: decodeURIComponent(name) };
  } catch {
    return { subject, name };
  }
};

const headsOf = (row: HTMLTableRowElement): string[] =>
  [...(row.closest('table')?.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.textContent ?? '');

/** The figures of a row of a table as facts. @param links columns whose text is a name with a page */
const factsOf = (row: HTMLTableRowElement, links: Partial<Record<string, Subject>>): Node[] =>
  headsOf(row).flatMap((head, column) => {
    const cell = row.cells[column];
    if (column === 0 || cell === undefined) return [];
    const subject = links[head];
    const value = subject === undefined ? (cell.textContent ?? '') : linkTo(subject, nameIn(cell));
    return [fact(head, value, cell.classList.contains('bad'))];
  });

const fact = (term: string, value: Node | string, bad = false): Node =>
  element('div', {}, element('dt', {}, term), element('dd', bad ? { class: 'bad' } : {}, value));

const table = (
  label: string,
  head: readonly string[],
  rows: readonly (readonly (Node | string)[])[],
): Node =>
  element(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': label },
    element(
      'table',
      { class: 'sortable' },
      element(
        'thead',
        {},
        element('tr', {}, ...head.map((text) => element('th', { scope: 'col' }, text))),
      ),
      element(
        'tbody',
        {},
        ...rows.map((row) => element('tr', {}, ...row.map((value) => element('td', {}, value)))),
      ),
    ),
  );

const stripOf = ({ states }: SessionData): Node => {
  const strip = document.createElementNS(SVG, 'svg');
  strip.setAttribute('class', 'strip');
  strip.setAttribute('role', 'img');
  strip.setAttribute('aria-label', `States: ${states.map(([state]) => state).join(', ')}`);
  const bar = (name: string, from: number, length: number, y: number): void => {
    const rect = document.createElementNS(SVG, 'rect');
    const attributes = { class: name, x: `${from}%`, width: `${length}%`, y: `${y}%` };
    for (const [key, value] of Object.entries({ ...attributes, height: `${100 - 2 * y}%` }))
      rect.setAttribute(key, value);
    strip.append(rect);
  };
  bar('run', 0, 100, 35);
  for (const [state, from, length] of states) bar(state, from, Math.max(length, 0.25), 20);
  return strip;
};

const eventsOf = ({ events, moreEvents }: SessionData): Node =>
  element(
    'ol',
    { class: 'events-of-one' },
    ...events.map(([time, tone, text, detail]) =>
      element(
        'li',
        {},
        element('time', {}, time),
        ' ',
        element('span', tone === '' ? {} : { class: tone }, text),
        ' ',
        element('span', { class: 'dim' }, detail),
      ),
    ),
    ...(moreEvents === ''
      ? []
      : [element('li', { class: 'dim' }, `and ${moreEvents} more events`)]),
  );

/** The command that shows all of a participant; nothing without a record. */
const commandOf = (record: string | null, name: string): Node[] =>
  record === null
    ? []
    : [
        element(
          'p',
          { class: 'note' },
          'All tracks and events of media: ',
          element('code', {}, `swarm report ${quoted(record)} --participant ${quoted(name)}`),
        ),
      ];

const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/**
 * Shows all of one participant or room, by the address of the page: `#participant=NAME`,
 * `#room=NAME`. Names in tables become links to them.
 */
export const prepareParticipants = (): void => {
  const place = document.getElementById('one');
  const text = document.getElementById('sessions')?.textContent;
  if (place === null || !text) return;
  const data: SessionsData = JSON.parse(text);
  const participants = rowsOf(tableOf('participant-table'));
  const rooms = rowsOf(tableOf('room-table'));
  const byName = new Map(participants.map((one, index) => [one.name, { ...one, index }]));
  const members = Map.groupBy(participants, ({ row }) => nameIn(row.cells[1]));

  for (const { row } of participants) {
    linkCell(row.cells[0], 'participant');
    linkCell(row.cells[1], 'room');
  }
  for (const { row } of rooms) linkCell(row.cells[0], 'room');

  const otherNames = (name: string, room: string): Node[] => {
    const others = (members.get(room) ?? []).filter((one) => one.name !== name);
    return others.length === 0 ? [] : [memberTable(others)];
  };

  const memberTable = (some: readonly Named[]): Node => {
    const [first] = some;
    const heads = first === undefined ? [] : headsOf(first.row);
    const columns = [...heads.keys()].filter((column) => column !== 1);
    return table(
      'Participants of the room',
      columns.map((column) => heads[column] ?? ''),
      some.map(({ name, row }) =>
        columns.map((column) =>
          column === 0 ? linkTo('participant', name) : (row.cells[column]?.textContent ?? ''),
        ),
      ),
    );
  };

  const participantParts = (name: string): Node[] => {
    const found = byName.get(name);
    if (found === undefined)
      return [
        element('p', {}, 'This participant is not among those that the page lists.'),
        ...commandOf(data.record, name),
      ];
    const { row, index } = found;
    const session = data.sessions[index];
    const room = nameIn(row.cells[1]);
    const facts = element('dl', { class: 'facts' }, ...factsOf(row, { Room: 'room' }));
    if (session === undefined)
      return [
        facts,
        element('p', { class: 'note' }, 'Tracks and events are left out to keep this page small.'),
        ...commandOf(data.record, name),
      ];
    facts.append(...session.facts.map(([term, value]) => fact(term, value)));
    const tracks = session.tracks.map((cells) =>
      cells.map((cell, column) =>
        column === 1 && byName.has(cell) ? linkTo('participant', cell) : cell,
      ),
    );
    return [
      stripOf(session),
      facts,
      element(
        'h4',
        {},
        session.moreTracks === ''
          ? 'Tracks'
          : `Tracks, the most affected; ${session.moreTracks} more`,
      ),
      tracks.length === 0 ? element('p', {}, 'No track.') : table('Tracks', data.head, tracks),
      element('h4', {}, 'Events'),
      eventsOf(session),
      ...(members.get(room)?.length === 1 ? [] : [element('h4', {}, 'Others in the room')]),
      ...otherNames(name, room),
      ...commandOf(data.record, name),
    ];
  };

  const roomParts = (name: string): Node[] => {
    const row = rooms.find((one) => one.name === name)?.row;
    const listed = members.get(name) ?? [];
    return [
      ...(row === undefined ? [] : [element('dl', { class: 'facts' }, ...factsOf(row, {}))]),
      ...(listed.length === 0
        ? [element('p', {}, 'The page lists no participant of this room.')]
        : [element('h4', {}, 'Participants'), memberTable(listed)]),
    ];
  };

  const show = (): void => {
    const address = readAddress();
    place.hidden = address === null;
    if (address === null) return;
    const { subject, name } = address;
    const kind = subject === 'room' ? 'Room ' : 'Participant ';
    place.replaceChildren(
      element('p', { class: 'back' }, element('a', { href: '#participants' }, 'All participants')),
      element('h3', { id: 'one-title' }, kind, element('bdi', {}, name)),
      ...(subject === 'participant' ? participantParts(name) : roomParts(name)),
    );
    place.scrollIntoView({ behavior: 'instant' });
    place.focus({ preventScroll: true });
  };
  addEventListener('hashchange', show);
  show();
};
