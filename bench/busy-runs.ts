import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type BusyServer = 'healthy' | 'loses 2 %' | 'answers after 3 s';
type Verdict = 'passed' | 'inconclusive' | 'failed';

/** One run on a host with other programs, judged by this code and, where another checkout was given, by that. */
export interface BusyRun {
  server: BusyServer;
  /** Programs that use all the CPU they get. */
  hogs: number;
  /** From 1. */
  repeat: number;
  before: Verdict | null;
  after: Verdict;
  findings: string[];
}

/** Where bench/busy-verdicts.ts writes. */
export const BUSY_VERDICTS = join(import.meta.dirname, 'busy-verdicts.json');

export const readBusyRuns = (file = BUSY_VERDICTS): BusyRun[] =>
  JSON.parse(readFileSync(file, 'utf8')) as BusyRun[];

const VERDICTS = ['passed', 'inconclusive', 'failed'] as const;

/** How many runs of each server and number of programs came to which verdict: `18 / 2 / 0`, before and now. */
export const busyRows = (runs: readonly BusyRun[]): string[][] => {
  const cells = new Map<string, BusyRun[]>();
  for (const run of runs) {
    const key = `${run.server}, ${run.hogs}`;
    cells.set(key, [...(cells.get(key) ?? []), run]);
  }
  return [...cells.values()].flatMap((cell) => {
    const [first] = cell;
    if (first === undefined) return [];
    const judged = cell.flatMap(({ before }) => before ?? []);
    const shares = (verdicts: readonly Verdict[]): string =>
      verdicts.length === 0
        ? '–'
        : VERDICTS.map((verdict) => verdicts.filter((one) => one === verdict).length).join(' / ');
    return [
      [
        first.server,
        String(first.hogs),
        String(cell.length),
        shares(judged),
        shares(cell.map(({ after }) => after)),
      ],
    ];
  });
};
