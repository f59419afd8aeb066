import { namesOf, SLO_WINDOW_MS } from '@livekit-swarm/mixin';
import { type MonthReport, SLO_REPORTERS } from '@livekit-swarm/report/slo';
import { EXIT_CODES, type ExitCode, usageError } from '@livekit-swarm/settings';
import type { Console } from '../console.ts';
import { readMixinConfig } from '../mixin-config.ts';
import {
  exitCodeAfter,
  openResultOutput,
  type ResultOutputFlags,
} from '../output/result-output.ts';
import { monthsUpTo, readWindow } from '../slo/month.ts';
import { prometheusApi } from '../slo/prometheus-api.ts';
import { sloReport } from '../slo/slo-report.ts';

export interface SloReportFlags extends ResultOutputFlags {
  prometheus: string;
  month?: string;
  months: string;
  config?: string;
  variant?: string;
  selector?: string;
  exclude: string[];
  withDrills?: true;
  withLoadTests?: true;
  minCoverage: string;
  check?: true;
}

/**
 * `swarm slo report`: joins, availability and good media minutes by month, without announced drills and load tests.
 * @throws SwarmError `usage`, `invalid_file`, `unreachable`
 */
export const sloReportCommand = async (
  flags: SloReportFlags,
  console: Console,
  nowMs = Date.now(),
): Promise<ExitCode> => {
  const output = openResultOutput(SLO_REPORTERS, flags, console);
  const names = namesOf(readMixinConfig(flags).config);
  const leastCovered = readShare('--min-coverage', flags.minCoverage);
  const api = prometheusApi(flags.prometheus);
  const query = {
    limits: names.config.limits,
    clusterLabel: names.cluster,
    selector: flags.selector ?? null,
    exclude: flags.exclude.map(readWindow),
    withDrills: flags.withDrills === true,
    withLoadTests: flags.withLoadTests === true,
  };
  const months: MonthReport[] = [];
  for (const month of monthsUpTo({ last: flags.month, count: flags.months }, nowMs, SLO_WINDOW_MS))
    months.push(await sloReport(api, month, query));
  const isComplete = await output.show({ prometheus: api.where, months });
  return exitCodeAfter(isComplete, exitCodeOf(months, flags.check === true ? leastCovered : null));
};

/** @param leastCovered share of each month that must be known for the check to pass; null: nothing is checked */
const exitCodeOf = (months: readonly MonthReport[], leastCovered: number | null): ExitCode => {
  const results = months.flatMap((month) => month.results);
  if (results.every(({ met }) => met === null)) return EXIT_CODES.inconclusive.code;
  if (leastCovered === null) return EXIT_CODES.passed.code;
  if (results.some(({ met }) => met === false)) return EXIT_CODES.failed.code;
  return results.some(({ covered }) => covered < leastCovered)
    ? EXIT_CODES.inconclusive.code
    : EXIT_CODES.passed.code;
};

/** `99%` → 0.99. @throws SwarmError `usage` */
const readShare = (flag: string, text: string): number => {
  const percent = /^\d{1,3}(\.\d+)?%$/.test(text) ? Number.parseFloat(text) : Number.NaN;
  if (!(percent >= 0 && percent <= 100))
    throw usageError(`${flag} ${text}: is not a share`, `write ${flag} 99%`);
  return percent / 100;
};
