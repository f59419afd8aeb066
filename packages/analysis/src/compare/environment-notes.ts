import type { Summary } from '../summary/summary.ts';
import type { ComparisonNote } from './comparison-facts.ts';
import type { MeasuredRun } from './figures.ts';

type Value = string | number | null;
type Read = (summary: Summary) => Value | undefined;
type Differs = Extract<ComparisonNote, { code: 'environment_differs' }>;

/**
 * Notes on differences of the environment, which may be the subject of the comparison or distort
 * it.
 */
export const environmentNotes = (
  base: readonly MeasuredRun[],
  current: readonly MeasuredRun[],
): ComparisonNote[] => {
  const differs = (what: Differs['what'], key: string | null, read: Read): ComparisonNote[] => {
    const [was, is] = [valuesOf(base, read), valuesOf(current, read)];
    return was.join() === is.join()
      ? []
      : [{ code: 'environment_differs', what, key, base: was, current: is }];
  };
  const keys = new Set(
    [...base, ...current].flatMap(({ summary }) => Object.keys(summary.environment)),
  );
  return [
    ...differs('server_version', null, ({ deployment }) => deployment?.serverVersion),
    ...differs('deployment', null, ({ deployment }) => deploymentOf(deployment)),
    ...[...keys]
      .sort()
      .flatMap((key) => differs('environment', key, ({ environment }) => environment[key])),
    ...differs('processes', null, ({ processes }) => processes),
    ...hostLoadNotes(base, current),
  ];
};

/** Deployment of a run without the port of an embedded server, which differs in each run. */
const deploymentOf = (deployment: Summary['deployment']): string | null =>
  deployment === null
    ? null
    : deployment.embedded
      ? `embedded${startedAs(deployment.server)}`
      : deployment.url;

/** Program, configuration and limit of a server, as `--server` states them. */
const startedAs = (
  server: NonNullable<NonNullable<Summary['deployment']>['server']> | undefined,
): string =>
  server === undefined
    ? ''
    : ` ${[server.program ?? '', ...server.configFiles].join('+')}${server.cpuCores === null ? '' : `@cpu=${server.cpuCores}`}${server.memoryBytes === undefined ? '' : `@memory=${server.memoryBytes}`}`;

/** Distinct values of the runs: `[4]`, or `[4, 8]` where repeats differ. */
const valuesOf = (runs: readonly MeasuredRun[], read: Read): Value[] =>
  [...new Set(runs.map(({ summary }) => read(summary) ?? null))].sort((a, b) =>
    String(a).localeCompare(String(b), 'en', { numeric: true }),
  );

/**
 * Difference of the CPU utilisation of the hosts from which another process may be the cause of a
 * change, as a share of all cores.
 */
const BUSIER_BY = 0.2;

const hostLoadNotes = (
  base: readonly MeasuredRun[],
  current: readonly MeasuredRun[],
): ComparisonNote[] => {
  const busy = (runs: readonly MeasuredRun[]): number => {
    const shares = runs.flatMap(({ summary }) => summary.generator.hostCpu?.avg ?? []);
    return shares.length === 0 ? Number.NaN : shares.reduce((a, b) => a + b) / shares.length;
  };
  const [was, is] = [busy(base), busy(current)];
  return Math.abs(is - was) > BUSIER_BY
    ? [{ code: 'host_load_differs', base: was, current: is }]
    : [];
};
