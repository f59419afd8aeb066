import { namesOf, SLO_WINDOW_MS } from '@livekit-swarm/mixin';
import { styleFor } from '@livekit-swarm/report';
import { EXIT_CODES, type ExitCode, usageError } from '@livekit-swarm/settings';
import { type Console, wantsColor, write } from '../console.ts';
import { readMixinConfig } from '../mixin-config.ts';
import { monthsUpTo, readWindow } from '../slo/month.ts';
import { prometheusApi } from '../slo/prometheus-api.ts';
import { type MonthReport, sloReport } from '../slo/slo-report.ts';
import { sloText } from '../slo/slo-text.ts';

export interface SloReportFlags {
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
  json?: true;
  color: boolean;
}

/**
 * `swarm slo report`: joins, availability and good media minutes by month, without announced drills and load tests.
 * @throws SwarmError `usage`, `invalid_file`, `unreachable`
 */
export const sloReportCommand = async (
  flags: SloReportFlags,
  { stdout, env }: Console,
  nowMs = Date.now(),
): Promise<ExitCode> => {
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
  await write(
    stdout,
    flags.json === true
      ? `${JSON.stringify({ prometheus: api.where, months: months.map(monthObject) }, null, 2)}\n`
      : sloText(months, styleFor(wantsColor(flags.color, stdout, env))),
  );
  return exitCodeOf(months, flags.check === true ? leastCovered : null);
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

const time = (ms: number): string => new Date(ms).toISOString();

const monthObject = ({ name, fromMs, toMs, exclusions, results }: MonthReport) => ({
  month: name,
  from: time(fromMs),
  to: time(toMs),
  excluded: exclusions.map((one) => ({
    from: time(one.fromMs),
    to: time(one.toMs),
    by: one.by,
    name: one.name,
    cluster: one.cluster,
    applies: one.applies,
  })),
  objectives: results.map(({ title: _title, ...result }) => result),
});
