import type { CapacityResult } from '@livekit-swarm/analysis/capacity';
import { hostCapacity } from '@livekit-swarm/campaign';
import { alertRules, firingAlerts } from '@livekit-swarm/chaos';
import { cloudCosts, defaultPriceBook, participantRates, usageOfEvent } from '@livekit-swarm/cost';
import {
  assessReadiness,
  EVENT_CHECK_IDS,
  type EventLoad,
  type EventPrice,
  type ReadAlerts,
} from '@livekit-swarm/ready';
import { READY_REPORTERS } from '@livekit-swarm/report/ready';
import { assessHost, calibrate, readCalibrationChoice, socketNeed } from '@livekit-swarm/runner';
import {
  expandPlan,
  maxParticipants,
  type Plan,
  planLoad,
  readScenarioFile,
} from '@livekit-swarm/scenario';
import {
  type ExitCode,
  LONGEST_DURATION_MS,
  parseDuration,
  suggest,
  usageError,
} from '@livekit-swarm/settings';
import { CHECKS } from '@livekit-swarm/verify';
import type { Console } from '../console.ts';
import {
  exitCodeAfter,
  openResultOutput,
  type ResultOutputFlags,
} from '../output/result-output.ts';
import { prepareOwnMedia } from '../own-media.ts';
import { readEventTime } from '../requests/event-time.ts';
import { readNumber } from '../requests/number.ts';
import { HTTP, readAddress } from '../requests/server-metrics.ts';
import { type VerifyRequestFlags, withVerifyRequest } from '../requests/verify-request.ts';
import { wholeNumber } from '../requests/whole-number.ts';
import { readResult } from './capacity-fit.ts';

export interface ReadyFlags extends Omit<VerifyRequestFlags, 'participants'>, ResultOutputFlags {
  for?: string;
  at?: string;
  lasts: string;
  scale?: string;
  capacity?: string;
  nodes?: string;
  headroom: string;
  prometheus?: string;
  without: string[];
  quiet?: boolean;
}

const MOST_PARTICIPANTS = 10_000_000;

/**
 * `swarm ready FILE --for N --at TIME`: whether a deployment is fit for an event.
 * @throws SwarmError `usage`, `invalid_file`
 */
export const readyCommand = async (
  path: string,
  flags: ReadyFlags,
  typed: (flag: string) => boolean,
  console: Console,
): Promise<ExitCode> => {
  const output = openResultOutput(READY_REPORTERS, flags, console);
  const { scenario } = prepareOwnMedia(
    readScenarioFile(path, { scale: flags.scale }),
    'any',
    (line) => {
      if (flags.quiet !== true) console.stderr.write(`${line}\n`);
    },
  );
  const plan = expandPlan(scenario, 'ready');
  const capacity = flags.capacity === undefined ? null : readResult(flags.capacity);
  const event = readEvent(flags, plan, capacity);
  const question = {
    event,
    headroom: readNumber('--headroom', flags.headroom, 1, 100),
    capacity,
    nodes: flags.nodes === undefined ? null : wholeNumber('--nodes', 1, 100_000)(flags.nodes),
    alerts: flags.prometheus === undefined ? null : alertsAt(flags.prometheus),
    price: priceOf(event, plan),
    without: flags.without.map(checkId),
  };
  return await withVerifyRequest(flags, typed, console, async (request) => {
    const deployment = {
      ...request,
      participants: event.largestRoom,
      validUntilMs: event.endsAtMs,
    };
    const generator = { participants: generatedHere(plan) };
    const readiness = await assessReadiness({ ...question, generator, deployment });
    return exitCodeAfter(await output.show(readiness), readiness.exitCode);
  });
};

/** @throws SwarmError `usage` */
const readEvent = (
  flags: ReadyFlags,
  plan: Plan,
  capacity: Pick<CapacityResult, 'unit'> | null,
): EventLoad => {
  if (flags.for === undefined)
    throw usageError('for how many participants?', 'write --for 3000: those at the same time');
  if (flags.at === undefined) throw usageError('when does it begin?', 'write --at 10:00');
  const participants = wholeNumber('--for', 1, MOST_PARTICIPANTS)(flags.for);
  const rooms = [...Map.groupBy(plan.participants, ({ room }) => room).values()];
  // A capacity in rooms is that of more rooms, although the scenario has one.
  const isOneRoom = rooms.length === 1 && capacity?.unit !== 'rooms';
  const largest = Math.max(0, ...rooms.map((members) => maxParticipants(members, 0)));
  const beginsAtMs = readEventTime(flags.at, Date.now());
  return {
    scenario: plan.scenario.name,
    participants,
    // Rooms of a larger load are more, and not larger.
    largestRoom: isOneRoom ? participants : Math.min(participants, largest),
    isOneRoom,
    beginsAtMs,
    endsAtMs: beginsAtMs + readLength(flags.lasts),
  };
};

const readLength = (text: string): number => {
  const ms = parseDuration(text);
  if (ms > 0 && ms <= LONGEST_DURATION_MS) return ms;
  throw usageError(`--lasts ${text}: must be longer than 0s, and at most 168h`, 'write --lasts 2h');
};

const checkId = (id: string): string => {
  const ids = [...CHECKS.map((check) => check.id), ...EVENT_CHECK_IDS];
  if (ids.includes(id)) return id;
  throw usageError(`--without ${id}: there is no such check`, suggest(id, ids, 'available:'));
};

/** @throws SwarmError `usage` */
const alertsAt = (text: string): ReadAlerts => {
  const url = readAddress('--prometheus', text, HTTP, 'http://10.0.0.7:9090');
  return async () => {
    const [rules, firing] = await Promise.all([alertRules(url), firingAlerts(url)]);
    return rules === null || firing === null ? null : { rules, firing: [...firing.values()] };
  };
};

/** Participants of a scenario that this host can generate. */
const generatedHere = (plan: Plan): number => {
  const load = planLoad(plan);
  const { estimate } = assessHost({
    ...{ plan, load, host: hostCapacity(), workers: null },
    ...{ need: socketNeed('auto'), server: 'elsewhere' },
    calibration: calibrate(readCalibrationChoice(undefined)),
  });
  const { rooms, participants } = load.most(0, plan.endAtMs);
  return estimate.unit === 'participants'
    ? estimate.alone
    : Math.floor((estimate.alone * participants) / Math.max(1, rooms));
};

const priceOf = (event: EventLoad, plan: Plan): EventPrice => {
  const book = defaultPriceBook();
  const { roundsUpToMinutes, source } = book.livekitCloud;
  const usage = usageOfEvent(
    event.participants,
    event.endsAtMs - event.beginsAtMs,
    participantRates(plan),
    roundsUpToMinutes,
  );
  const [cheapest] = cloudCosts(book, usage);
  return {
    participantMinutes: usage.participantMinutes,
    gbDown: usage.gbDown,
    cloud:
      cheapest === undefined
        ? null
        : { plan: cheapest.plan, total: cheapest.total, read: source.read },
  };
};
