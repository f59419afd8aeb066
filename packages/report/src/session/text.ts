import {
  clockText,
  eventText,
  evidenceText,
  findingText,
  type RoomView,
  type SessionView,
  timeText,
} from '@livekit-swarm/sessions';
import type { ReportOptions } from '../reporter.ts';
import { type Paint, printable, type Style, styleFor } from '../text-layout.ts';
import { NO_FINDING, subjectText, TRUNCATED } from './phrases.ts';

const COLUMNS = 100;
const NAME = 20;
const BAR = 64;
const MOST_EVENTS = 40;
const MOST_FINDINGS = 10;

/** A line, and its paint where it has one. */
type Line = readonly [text: string, paint?: Paint];

/** A room or a participant as text: the impaired leg, a timeline, events. */
export const renderSessionText = (
  view: RoomView,
  { color = false }: ReportOptions = {},
): string => {
  const style = styleFor(color);
  const lines: Line[] = [
    [`${subjectText(view)}, ${timeText(view.fromMs)} to ${timeText(view.toMs)} UTC`, style.title],
    ...(view.truncated ? [[TRUNCATED, style.unsure] as const] : []),
    [''],
    ...findingLines(view, style),
    [''],
    ['timeline: · below 1 % of packets lost, ▒ below 2 %, █ more', style.dim],
    ...view.sessions.flatMap((session) => lane(session, view)),
    [`${' '.repeat(NAME + 10)}${axis(view)}`, style.dim],
    ...eventLines(view, style),
  ];
  return lines.flatMap(([text, paint]) => shown(text, paint)).join('');
};

/** Lines of a text, painted after what servers say can no longer be taken for our colours. */
const shown = (text: string, paint: Paint = (plain) => plain): string[] =>
  wrap(printable(text.replaceAll('\u001b', '\ufffd'))).map((line) => `${paint(line)}\n`);

const findingLines = ({ findings }: RoomView, style: Style): Line[] => {
  if (findings.length === 0) return [[NO_FINDING, style.good]];
  const more = findings.length - MOST_FINDINGS;
  return [
    ['impaired leg:', style.title],
    ...findings
      .slice(0, MOST_FINDINGS)
      .flatMap((finding): Line[] => [
        [`  ${findingText(finding)}`, style.bad],
        [
          `    ${clockText(finding.fromMs)} to ${clockText(finding.toMs)}, confidence ${finding.confidence}`,
        ],
        ...finding.evidence.map((one): Line => [`    - ${evidenceText(one)}`]),
      ]),
    ...(more > 0 ? [[`  … and ${more} more: --json`, style.dim] as const] : []),
  ];
};

const lane = (session: SessionView, view: RoomView): Line[] => {
  const name = clip(session.identity, NAME - 1).padEnd(NAME);
  return [
    [`${name}sent      ${bar(session, 'up', view)}`],
    [`${' '.repeat(NAME)}received  ${bar(session, 'down', view)}`],
  ];
};

/** Bar of a timeline: the worst window of each column. */
const bar = (
  { figures }: SessionView,
  direction: 'up' | 'down',
  { fromMs, toMs }: RoomView,
): string => {
  const shares = Array<number | null>(BAR).fill(null);
  const columnOf = (ms: number): number =>
    Math.max(0, Math.min(BAR - 1, Math.floor(((ms - fromMs) * BAR) / Math.max(1, toMs - fromMs))));
  const width =
    figures.length < 2
      ? 0
      : Math.min(...figures.slice(1).map(({ atMs }, index) => atMs - (figures[index]?.atMs ?? 0)));
  for (const one of figures) {
    const share = one[direction];
    if (share === null) continue;
    const last = columnOf(one.atMs + Math.max(1, width) - 1);
    for (let column = columnOf(one.atMs); column <= last; column++)
      shares[column] = Math.max(shares[column] ?? 0, share);
  }
  return shares
    .map((share) => (share === null ? ' ' : share < 0.01 ? '·' : share < 0.02 ? '▒' : '█'))
    .join('')
    .trimEnd();
};

const axis = ({ fromMs, toMs }: RoomView): string => {
  const [from, to] = [clockText(fromMs), clockText(toMs)];
  return `${from}${' '.repeat(BAR - from.length - to.length)}${to}`;
};

const eventLines = ({ events, sessions }: RoomView, style: Style): Line[] => {
  if (events.length === 0) return [];
  const identityOf = new Map(sessions.map(({ sid, identity }) => [sid, identity]));
  const left = events.length - MOST_EVENTS;
  return [
    [''],
    ['events (UTC):', style.title],
    ...(left > 0 ? [[`  ${left} earlier ones: --json`, style.dim] as const] : []),
    ...events
      .slice(-MOST_EVENTS)
      .map((event): Line => [`  ${clockText(event.atMs)}  ${eventText(event, identityOf)}`]),
  ];
};

const clip = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1)}…`;

/** Breaks a line at spaces, with its indentation and two more. */
const wrap = (line: string): string[] => {
  if (line.length <= COLUMNS) return [line];
  const indent = ' '.repeat(line.length - line.trimStart().length + 2);
  const at = line.lastIndexOf(' ', COLUMNS);
  const cut = at > indent.length ? at : COLUMNS;
  return [line.slice(0, cut), ...wrap(`${indent}${line.slice(cut).trimStart()}`)];
};
