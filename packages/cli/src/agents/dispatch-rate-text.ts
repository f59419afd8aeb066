import { type RateDispatch, type RateResult, staysUnder } from '@livekit-swarm/agents';
import { renderTable } from '@livekit-swarm/report';
import { formatNumber, plural } from '@livekit-swarm/settings';

/** Result of `swarm agents dispatch-rate`, as --json prints it. */
export interface DispatchRate {
  by: RateDispatch;
  workers: number;
  forMs: number;
  limitMs: number;
  /** Largest rate up to which assignment stays under the limit; null: none of them. */
  carried: number | null;
  rates: readonly RateResult[];
}

/** Calls that leave later than this, at 95 %, were not made at their rate, ms. */
const MOST_LATE_MS = 100;
/** Probability below which jobs are not spread at random. */
const UNEVEN = 0.001;

export const lateCalls = ({ callsLateMs }: RateResult): boolean => callsLateMs > MOST_LATE_MS;

const ms = (value: number | undefined): string =>
  value === undefined ? '–' : `${formatNumber(Math.round(value))} ms`;

export const progressText = (result: RateResult): string =>
  `${formatNumber(result.rate)} rooms/s: assigned after p50 ${ms(result.assignedMs?.p50)}, p95 ${ms(result.assignedMs?.p95)}; ${formatNumber(result.lost)} of ${formatNumber(result.rooms)} lost`;

const WAYS: Readonly<Record<RateDispatch, string>> = {
  api: 'a named agent, by a call of the dispatch service for a new room',
  room: 'a named agent, by the call that creates the room',
  automatic: 'an agent without a name, for every room that is created',
};

/** @param asked rates that were asked for, ascending */
export const dispatchRateText = (result: DispatchRate, asked: readonly number[]): string => {
  const { by, workers, forMs, rates } = result;
  const rows = rates.map((one) => [
    formatNumber(one.rate),
    formatNumber(one.rooms),
    formatNumber(one.lost),
    formatNumber(one.failedCalls),
    ms(one.answeredMs?.p50),
    ms(one.offeredMs?.p50),
    ms(one.assignedMs?.p50),
    ms(one.assignedMs?.p95),
    ms(one.assignedMs?.max),
  ]);
  const head = ['rooms/s', 'rooms', 'lost', 'failed calls', 'API p50', 'offered p50'];
  const assigned = ['assigned p50', 'p95', 'max'];
  const lines = [
    `Dispatch of ${WAYS[by]}; ${plural(workers, 'worker')} that take every job, ${formatNumber(forMs / 1_000)} s at each rate.`,
    ...(rows.length === 0 ? [] : ['', ...renderTable([[...head, ...assigned], ...rows], []), '']),
    conclusionOf(result, asked),
    ...rates.flatMap(selectionOf),
    ...rates.flatMap(({ firstError }) =>
      firstError === null ? [] : [`First error: ${firstError}`],
    ),
    ...rates.flatMap(({ rate, lostWorkers, lostWorkersReason }) =>
      lostWorkersReason === null
        ? []
        : [
            `At ${formatNumber(rate)} rooms/s, ${plural(lostWorkers, 'worker')} of ${formatNumber(workers)} lost the connection (${lostWorkersReason}): the others took the jobs.`,
          ],
    ),
    ...(rates.some(lateCalls)
      ? ['INCONCLUSIVE: this host made calls more than 100 ms late (p95): use another one.']
      : []),
  ];
  return `${lines.join('\n')}\n`;
};

const conclusionOf = (
  { limitMs, carried, rates }: DispatchRate,
  asked: readonly number[],
): string => {
  if (rates.length === 0) return 'No rate was measured.';
  const limit = `${formatNumber(limitMs)} ms (p95)`;
  const above = rates.find((one) => !staysUnder(one, limitMs));
  const skipped = asked.filter((rate) => !rates.some((one) => one.rate === rate));
  const why =
    above === undefined
      ? ''
      : ` At ${formatNumber(above.rate)}, ${above.lost + above.failedCalls > 0 ? `${plural(above.lost, 'job')} had no worker in time and ${plural(above.failedCalls, 'call')} failed` : `it takes ${ms(above.assignedMs?.p95)}`}.`;
  const left =
    above === undefined || skipped.length === 0
      ? ''
      : ` Not measured, as the server still had a queue: ${skipped.map(formatNumber).join(', ')}.`;
  return carried === null
    ? `Assignment stays under ${limit} at none of these rates.${why}${left}`
    : `Assignment stays under ${limit} at up to ${plural(carried, 'room')} per second.${why}${left}`;
};

const selectionOf = ({ rate, jobs, selection }: RateResult): string[] => {
  if (selection === null) return [];
  const { chiSquare, degreesOfFreedom, p } = selection;
  const spread = `${formatNumber(Math.min(...jobs))} to ${formatNumber(Math.max(...jobs))} jobs a worker`;
  const fit = `chi-square ${chiSquare.toFixed(1)}, ${degreesOfFreedom} degrees of freedom, p ${p < UNEVEN ? '< 0.001' : `= ${p.toFixed(3)}`}`;
  return [
    `Selection at ${formatNumber(rate)} rooms/s: ${spread}; ${fit}: ${p < UNEVEN ? 'not by equal chances' : 'as by equal chances'}.`,
  ];
};
