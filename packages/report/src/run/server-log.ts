import { type LoggedMessage, loggedMessages, type Summary } from '@livekit-swarm/analysis';
import { formatNumber, plural } from '@livekit-swarm/settings';
import { shorten } from '../format.ts';
import { sparkline } from '../sparkline.ts';
import type { TableData } from '../text-layout.ts';

type Logs = Pick<Summary, 'server' | 'end' | 'plan'>;

/** Columns that show the run from its start to its end. */
const COLUMNS = 16;
const MAX_MESSAGE = 60;
/** Groups of all nodes that a report lists. */
const MAX_ROWS = 12;

/**
 * Warnings and errors that the nodes logged, by message, with the time of the run at which they did.
 * No rows where they logged none, or no log could be read.
 */
export const serverLogTable = (summary: Logs): TableData => {
  const { logs } = summary.server;
  const several = logs.length > 1;
  const endMs = summary.end?.at ?? summary.plan.endAtMs;
  return {
    head: [
      ...(several ? ['node'] : []),
      'logged',
      'entries',
      'from start to end',
      'seconds',
      'message',
    ],
    rows: loggedMessages(summary.server)
      .slice(0, MAX_ROWS)
      .map((logged) => [
        ...(several ? [shorten(logged.node, 22)] : []),
        logged.level === 'error' ? 'error' : 'warning',
        formatNumber(logged.count),
        curve(logged, endMs),
        secondsText(logged),
        shorten(messageText(logged), MAX_MESSAGE),
      ]),
    left: several ? [0, 1, 3, 5] : [0, 2, 4],
  };
};

const curve = ({ seconds }: LoggedMessage, endMs: number): string => {
  const columns = new Array<number>(COLUMNS).fill(0);
  for (const [second, count] of seconds) {
    const column = Math.floor((COLUMNS * 1_000 * second) / Math.max(endMs, 1));
    const within = Math.max(0, Math.min(COLUMNS - 1, column));
    columns[within] = (columns[within] ?? 0) + count;
  }
  return sparkline(columns).padEnd(COLUMNS).replaceAll(' ', '·');
};

const secondsText = ({ firstMs, lastMs }: LoggedMessage): string =>
  firstMs === lastMs
    ? formatNumber(firstMs / 1_000)
    : `${formatNumber(firstMs / 1_000)}–${formatNumber(lastMs / 1_000)}`;

const messageText = ({ message, error }: LoggedMessage): string =>
  error === null ? message : `${message}: ${error}`;

/** Notes on logs without warnings, with more of them, or that could not be read. */
export const serverLogNotes = (summary: Logs): string[] => {
  const { logs } = summary.server;
  const messages = loggedMessages(summary.server).length;
  return [
    ...logs.flatMap(({ node, file, failure, entries, groups, omitted }) => [
      ...(failure === null
        ? []
        : [`Log of ${node}${entries === 0 ? ' not read' : ''}: ${failure}.`]),
      ...(groups.length === 0 && (failure === null || entries > 0)
        ? [`Log of ${node}: no warning or error in ${plural(entries, 'entry', 'entries')}.`]
        : []),
      ...(omitted > 0
        ? [`Log of ${node}: ${formatNumber(omitted)} more warnings and errors, see ${file}.`]
        : []),
    ]),
    ...(messages > MAX_ROWS
      ? [`${formatNumber(messages - MAX_ROWS)} more messages in the logs: --report json has them.`]
      : []),
  ];
};
