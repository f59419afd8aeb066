import { formatBytes, printable, renderTable, styleFor } from '@livekit-swarm/report';
import { formatNumber, plural } from '@livekit-swarm/settings';
import type { JudgedRecord } from './judge-record.ts';
import type { KeptRecord, KeptVerdict } from './kept-record.ts';

const VERDICTS: Record<KeptVerdict, string> = {
  passed: 'passed',
  failed: 'failed',
  inconclusive: 'inconclusive',
  interrupted: 'interrupted',
  unreachable: 'unreachable',
  usage: 'not started',
  internalError: 'error',
  going: 'going',
  none: 'no result',
  unreadable: 'not readable',
};

const HEAD = ['TIME (UTC)', 'RECORD', 'KIND', 'SCENARIO', 'VERDICT', 'LOAD', 'SIZE'];
const LEFT = [0, 1, 2, 3, 4, 5];

/**
 * Table of records, newest first, and their size in all.
 * @param more number of older records that are not in the table
 */
export const recordsText = (
  judged: readonly JudgedRecord[],
  { base, color, more }: { base: string; color: boolean; more: number },
): string => {
  if (judged.length === 0) return `${base} holds no record.\n`;
  const style = styleFor(color);
  const paints: Partial<Record<KeptVerdict, (text: string) => string>> = {
    passed: style.good,
    failed: style.bad,
    inconclusive: style.unsure,
  };
  const rows = judged.map((record) => [
    timeText(record),
    printable(record.dir),
    record.kind,
    printable(record.scenario ?? '–'),
    (paints[record.verdict] ?? style.dim)(VERDICTS[record.verdict]),
    loadText(record),
    formatBytes(record.bytes),
  ]);
  const bytes = judged.reduce((sum, record) => sum + record.bytes, 0);
  return [
    ...renderTable([HEAD.map(style.dim), ...rows], LEFT),
    '',
    `${plural(judged.length, 'record')}, ${formatBytes(bytes)}${more === 0 ? '' : `; ${formatNumber(more)} older: --last all`}`,
    '',
  ].join('\n');
};

/** Time without seconds, which is in UTC as the names of folders are. */
const timeText = ({ startedAt }: KeptRecord): string =>
  startedAt === null ? '–' : startedAt.toISOString().slice(0, 16).replace('T', ' ');

const loadText = ({ load, records }: JudgedRecord): string =>
  load === null
    ? plural(records.length, 'run')
    : `${plural(load.rooms, 'room')}, ${plural(load.participants, 'participant')}`;

/** A record for programs. */
export const recordObject = ({
  dir,
  kind,
  startedAt,
  scenario,
  verdict,
  load,
  records,
  bytes,
}: JudgedRecord): Record<string, unknown> => ({
  record: dir,
  kind,
  startedAt: startedAt?.toISOString() ?? null,
  scenario,
  verdict,
  rooms: load?.rooms ?? null,
  participants: load?.participants ?? null,
  runs: records.length,
  bytes,
});
