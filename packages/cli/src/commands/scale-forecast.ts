import { forecastNodes, type LoadCurve } from '@livekit-swarm/chaos/scale';
import { type MachineHour, machineHour, offersOf, type PriceBook } from '@livekit-swarm/cost';
import {
  type CarriesSource,
  FORECAST_REPORTERS,
  WORKLOAD_KINDS,
  type Workload,
} from '@livekit-swarm/report/forecast';
import { EXIT_CODES, type ExitCode, suggest, usageError } from '@livekit-swarm/settings';
import type { Console } from '../console.ts';
import { readPrices } from '../cost/read-prices.ts';
import {
  exitCodeAfter,
  openResultOutput,
  type ResultOutputFlags,
} from '../output/result-output.ts';
import { readNumber } from '../requests/number.ts';
import { readTime } from '../requests/read-time.ts';
import { wholeNumber } from '../requests/whole-number.ts';
import { readCurve } from '../scale/read-curve.ts';
import { readResult } from './capacity-fit.ts';

export interface ForecastFlags extends ResultOutputFlags {
  carries?: string;
  capacity?: string;
  headroom: string;
  boot?: string;
  every: string;
  coolDown: string;
  minNodes: string;
  machine?: string;
  prices?: string;
  workload: string;
}

const HOUR_MS = 3_600_000;
const MOST_LOAD = 1_000_000;
const MOST_NODES = 1_000;

/**
 * `swarm scale forecast TIMETABLE`: nodes over time, when each is ordered, and what a scaler without
 * the timetable would miss. Starts nothing.
 * @throws SwarmError `usage`, `invalid_file`
 */
export const scaleForecastCommand = async (
  path: string,
  flags: ForecastFlags,
  console: Console,
): Promise<ExitCode> => {
  const output = openResultOutput(FORECAST_REPORTERS, flags, console);
  const { name, curve } = readCurve(path);
  if (flags.boot === undefined)
    throw usageError(
      'how long does a node boot?',
      'write --boot 3m: from its order to its first room',
    );
  const workload = readWorkload(flags.workload);
  const price = priceOf(readPrices(flags.prices), flags);
  const { carries, source } = readCarries(flags, curve, price);
  const forecast = forecastNodes(curve, {
    carries,
    headroom: readNumber('--headroom', flags.headroom, 1, 100),
    boot: readTime('--boot', flags.boot, 0, 24 * HOUR_MS),
    every: readTime('--every', flags.every, 1_000, HOUR_MS),
    coolDown: readTime('--cool-down', flags.coolDown, 0, 24 * HOUR_MS),
    min: wholeNumber('--min-nodes', 0, MOST_NODES)(flags.minNodes),
  });
  const isComplete = await output.show({ name, forecast, carries: source, price, workload });
  return exitCodeAfter(isComplete, EXIT_CODES.passed.code);
};

/** @throws SwarmError `usage` */
const readCarries = (
  { carries, capacity }: ForecastFlags,
  { unit }: LoadCurve,
  price: MachineHour | null,
): { carries: number; source: CarriesSource } => {
  if ((carries === undefined) === (capacity === undefined))
    throw usageError(
      carries === undefined
        ? 'what does a node carry?'
        : '--carries and --capacity are two answers',
      `write --capacity capacity.json of swarm capacity, or --carries 150: ${unit} of a node`,
    );
  if (capacity === undefined)
    return {
      carries: readNumber('--carries', carries ?? '', 1, MOST_LOAD),
      source: { type: 'stated' },
    };
  const { scenario, unit: loadUnit, carried, participants, target } = readResult(capacity);
  if (unit === 'rooms' && loadUnit !== 'rooms')
    throw usageError(
      `${capacity} counts ${loadUnit}, and the timetable rooms`,
      'measure it by rooms, or write a timetable of participants',
    );
  const perNode = unit === 'rooms' ? carried / target.nodes : participants.perNode;
  if (!(perNode > 0)) throw usageError(`${capacity} states that a node carried no load`);
  const cores = target.nodeCores;
  const isOther = price !== null && cores !== null && price.vcpus !== cores;
  return {
    carries: isOther ? (perNode * price.vcpus) / cores : perNode,
    source: { type: 'measured', scenario, cores, scaledTo: isOther ? price.vcpus : null },
  };
};

/** @throws SwarmError `usage` */
const priceOf = (book: PriceBook, { machine, prices }: ForecastFlags): MachineHour | null => {
  if (machine === undefined) {
    if (prices !== undefined)
      throw usageError('--prices needs a machine', 'add --machine aws:c6i.xlarge');
    return null;
  }
  const offers = offersOf(book);
  const offer = offers.find((one) => `${one.provider}:${one.machine}` === machine);
  if (offer !== undefined) return machineHour(book, offer);
  const known = offers.map((one) => `${one.provider}:${one.machine}`);
  throw usageError(
    `--machine ${machine}: the price book does not have it`,
    suggest(machine, known, 'available:'),
  );
};

/** `statefulset/livekit`. @throws SwarmError `usage` */
const readWorkload = (text: string): Workload => {
  const [given = '', name = '', ...more] = text.split('/');
  const kind = WORKLOAD_KINDS.find((one) => one.toLowerCase() === given.toLowerCase());
  if (
    kind !== undefined &&
    more.length === 0 &&
    /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(name)
  )
    return { kind, name };
  throw usageError(
    `--workload ${text}: is not a workload`,
    'write deployment/livekit or statefulset/livekit',
  );
};
