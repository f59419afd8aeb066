import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const BUSY_SERVERS = ['healthy', 'loses 2 %', 'answers joins after 3 s'] as const;
export type BusyServer = (typeof BUSY_SERVERS)[number];
export type BusyVerdict = (typeof VERDICTS)[number];

const VERDICTS = ['passed', 'inconclusive', 'failed'] as const;

/**
 * One run on a busy host: the verdict of this code and, with `--before`, that of another checkout.
 */
export interface BusyRun {
  server: BusyServer;
  /** Number of programs that use all the CPU they get. */
  hogs: number;
  /** Number of the run among those with the same server and programs, from 1. */
  repeat: number;
  before: BusyVerdict | null;
  after: BusyVerdict;
  /**
   * Reasons of the verdict: `late_sends` of the generator, `media_latency crossed`. Empty for a run
   * that passed.
   */
  reasons: string[];
}

/** File that bench/busy-verdicts.ts writes. */
export const BUSY_VERDICTS = join(import.meta.dirname, 'busy-verdicts.json');

/** Reads the measured runs; empty without the file. */
export const readBusyRuns = (file = BUSY_VERDICTS): BusyRun[] =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as BusyRun[]) : [];

/** Runs that passed although their server was not healthy; none are expected. */
export const wronglyPassed = (runs: readonly BusyRun[]): BusyRun[] =>
  runs.filter(({ server, after }) => server !== 'healthy' && after === 'passed');

export const BUSY_HEAD = [
  'server',
  'programs',
  'runs',
  'before',
  'now',
  'reasons now (runs)',
] as const;

/**
 * Rows of the table: for each server and number of programs, the number of runs with each verdict
 * (`18 / 2 / 0`), before and now, and with each reason.
 */
export const busyRows = (runs: readonly BusyRun[]): string[][] => {
  const cells = Object.groupBy(runs, ({ server, hogs }) => `${server}, ${hogs}`);
  return Object.values(cells).flatMap((cell = []) => {
    const [first] = cell;
    if (first === undefined) return [];
    return [
      [
        first.server,
        String(first.hogs),
        String(cell.length),
        shares(cell.flatMap(({ before }) => before ?? [])),
        shares(cell.map(({ after }) => after)),
        reasonCounts(cell),
      ],
    ];
  });
};

const shares = (verdicts: readonly BusyVerdict[]): string =>
  verdicts.length === 0
    ? '–'
    : VERDICTS.map((verdict) => verdicts.filter((one) => one === verdict).length).join(' / ');

const reasonCounts = (runs: readonly BusyRun[]): string => {
  const counts = new Map<string, number>();
  for (const reason of runs.flatMap((run) => [...new Set(run.reasons)]))
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return (
    [...counts]
      .sort(([a, m], [b, n]) => n - m || a.localeCompare(b))
      .map(([reason, count]) => `${reason} ${count}`)
      .join(', ') || '–'
  );
};
