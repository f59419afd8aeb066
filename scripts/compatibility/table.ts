import { existsSync, readFileSync } from 'node:fs';
import { formatDuration } from '@livekit-swarm/settings';
import type { CheckName, CheckResult, PairResult } from './check-pair.ts';

/** Result with the day on which it was measured (UTC): `2026-11-26`. */
export interface MeasuredPair extends PairResult {
  date: string;
}

/** Results that `npm run compatibility` writes. */
export interface CompatibilityResults {
  browser: string;
  pairs: MeasuredPair[];
}

export const RESULTS = new URL('results.json', import.meta.url);

export const readResults = (): CompatibilityResults =>
  existsSync(RESULTS)
    ? (JSON.parse(readFileSync(RESULTS, 'utf8')) as CompatibilityResults)
    : { browser: '', pairs: [] };

const COLUMNS: readonly (readonly [CheckName, string])[] = [
  ['join', 'join'],
  ['media', 'media'],
  ['data', 'messages'],
  ['signalLoss', 'signal loss'],
  ['nodeLoss', 'node loss'],
];

const STEP_MS = 100;

const cell = (result: CheckResult): string => {
  if ('failed' in result) return `**fails**: ${result.failed.split('\n')[0]}`;
  const { ms, by } = result;
  return by === undefined ? 'yes' : `${by}, ${formatDuration(Math.round(ms / STEP_MS) * STEP_MS)}`;
};

/** Section of docs/compatibility.md. */
export const compatibilityTable = (): string => {
  const { browser, pairs } = readResults();
  const dates = [...new Set(pairs.map(({ date }) => date))].sort();
  const rows = pairs.map(({ client, server, checks }) => [
    client,
    server,
    ...COLUMNS.map(([name]) => cell(checks[name])),
  ]);
  const heads = ['client', 'livekit-server', ...COLUMNS.map(([, title]) => title)];
  return [
    `\`npm run compatibility\`, ${dates.join(' and ')}; livekit-client in ${browser}.`,
    '',
    ...[heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`),
  ].join('\n');
};
