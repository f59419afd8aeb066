import type { FailureReason, Percentiles } from '@livekit-swarm/core';
import { formatMs, formatNumber, plural } from '../format.ts';
import type { ReportInput } from '../report-input.ts';
import type { Style } from '../style.ts';
import { renderTable } from '../table.ts';
import { wrap } from '../wrap.ts';

const PHASES = [
  ['started', 'join began'],
  ['signal', 'server answered'],
  ['ice', 'ICE connected'],
  ['joined', 'in, tracks published'],
  ['firstMedia', 'first media received'],
] as const;

/** How many got in, how long each step took (all from when the join was due), and why the others did not. */
export const joinSection = ({ summary }: ReportInput, style: Style): string[] => {
  const { joins, tracks } = summary;
  const counts = [
    `${formatNumber(joins.joined)} of ${formatNumber(joins.planned)} joined`,
    `${formatNumber(joins.failed)} failed`,
    `${formatNumber(joins.dropped)} dropped`,
    plural(joins.retries, 'retry', 'retries'),
    plural(joins.resumes, 'resume'),
    plural(joins.reconnects, 'reconnect'),
    ...(joins.unaccounted > 0 ? [`${formatNumber(joins.unaccounted)} without a result`] : []),
  ];
  const phases = PHASES.flatMap(([phase, label]) => phaseRow(label, joins.phases[phase]));
  return [
    style.title('JOINS'),
    ...wrap('  ', counts.join(', ')),
    ...wrap('  ', tracksSentence(tracks.expected, tracks.missing, tracks.stalled)),
    ...(phases.length === 0 ? [] : renderTable([['', 'p50', 'p95', 'max'].map(style.dim), ...phases])),
    ...reasonLines('failed', joins.failures),
    ...reasonLines('dropped', joins.drops),
  ];
};

const phaseRow = (label: string, times: Percentiles | null): string[][] =>
  times === null ? [] : [[label, formatMs(times.p50), formatMs(times.p95), formatMs(times.max)]];

const tracksSentence = (expected: number, missing: number, stalled: number): string =>
  expected === 0
    ? 'no tracks of others were to be received'
    : `${formatNumber(expected - missing)} of ${plural(expected, 'expected track')} received, ${formatNumber(stalled)} stalled at the end`;

const reasonLines = (what: string, reasons: FailureReason[]): string[] =>
  reasons.flatMap(({ reason, count, message }) =>
    wrap(`  ${what}: `, `${reason} × ${formatNumber(count)}${message === null ? '' : ` (${message})`}`),
  );
