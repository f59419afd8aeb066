import type { ParticipantView } from '@livekit-swarm/analysis';
import { formatNumber } from '@livekit-swarm/settings';
import { shorten } from '../format.ts';
import type { ReportOptions } from '../reporter.ts';
import {
  printable,
  renderTable,
  renderTitledTable,
  type Style,
  styleFor,
  type TableData,
  wrap,
} from '../text-layout.ts';
import {
  connectionFacts,
  eventTable,
  othersTable,
  roomText,
  sessionFacts,
  trackTable,
} from './facts.ts';
import { participantHeadline, participantLead } from './phrases.ts';

/** Most rows of a table in a terminal; JSON and HTML have all of them. */
const MOST_ROWS = 40;
/** Longest name in a table of a terminal, characters. */
const LONGEST_NAME = 24;

/** A participant as text: connection, session, tracks, events, and the others in its room. */
export const renderParticipantText = (
  view: ParticipantView,
  { color = false }: ReportOptions = {},
): string => {
  const style = styleFor(color);
  const { participant } = view;
  const parts = [
    [style.title(participantHeadline(participant)), ...wrap('', participantLead(view))],
    factLines('CONNECTION', connectionFacts(participant), style),
    factLines('SESSION', sessionFacts(participant), style),
    tableLines('TRACKS', trackTable(participant), style),
    tableLines('EVENTS', eventTable(participant), style),
    [style.title('ROOM'), ...wrap('  ', `${view.room.room}: ${roomText(view)}`)],
    tableLines('OTHERS IN THE ROOM', othersTable(view), style),
  ];
  const shown = parts.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return printable(`${shown.join('\n\n')}\n`);
};

const factLines = (title: string, facts: readonly [string, string][], style: Style): string[] =>
  facts.length === 0
    ? []
    : [
        style.title(title),
        ...renderTable(
          facts.map((fact) => [...fact]),
          [0, 1],
        ),
      ];

const tableLines = (title: string, { head, rows, left }: TableData, style: Style): string[] => {
  const names = (row: readonly string[]): string[] =>
    row.map((text, column) => (column < 2 ? shorten(text, LONGEST_NAME) : text));
  const hidden = rows.length - MOST_ROWS;
  return [
    ...renderTitledTable(title, { head, rows: rows.slice(0, MOST_ROWS).map(names), left }, style),
    ...(hidden > 0
      ? [style.dim(`  … and ${formatNumber(hidden)} more: --json, or --report html`)]
      : []),
  ];
};
