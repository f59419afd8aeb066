import {
  CHECKS,
  type Check,
  skipped,
  type Verification,
  type VerifyRequest,
  verify,
} from '@livekit-swarm/verify';
import { ANSWERS, type Answer } from './answer.ts';
import { alertsCheck, type ReadAlerts } from './checks/alerts.ts';
import { type CapacityQuestion, capacityCheck } from './checks/capacity.ts';
import { type GeneratorFacts, generatorCheck } from './checks/generator.ts';
import { largestRoomCheck } from './checks/largest-room.ts';
import { type EventPrice, priceCheck } from './checks/price.ts';
import { spareNodeCheck } from './checks/spare-node.ts';
import type { EventLoad } from './event.ts';
import type { EventCheck } from './event-check.ts';

export interface Readiness extends Verification {
  answer: Answer;
  event: EventLoad;
  headroom: number;
}

export interface ReadyRequest extends CapacityQuestion {
  deployment: VerifyRequest;
  /** Reads the alerts of a Prometheus; null: none was given. */
  alerts: ReadAlerts | null;
  generator: GeneratorFacts;
  price: EventPrice;
  /** Ids of checks that the user leaves out. */
  without: readonly string[];
}

type EventRequest = Omit<ReadyRequest, 'deployment' | 'without'>;

/** Checks of an event by their ids, in their order. */
const EVENT_CHECKS: Readonly<Record<string, (request: EventRequest) => EventCheck>> = {
  capacity: capacityCheck,
  'largest-room': largestRoomCheck,
  'spare-node': spareNodeCheck,
  alerts: ({ alerts }) => alertsCheck(alerts),
  generator: ({ event, generator }) => generatorCheck(event, generator),
  price: ({ event, price }) => priceCheck(event, price),
};

export const EVENT_CHECK_IDS: readonly string[] = Object.keys(EVENT_CHECKS);

/** Checks the configuration of a deployment, and whether it carries an event. */
export const assessReadiness = async ({
  deployment,
  without,
  ...request
}: ReadyRequest): Promise<Readiness> => {
  const ofEvent = Object.entries(EVENT_CHECKS).map(
    ([id, make]): Check => ({ id, needs: [], ...make(request) }),
  );
  const checks = [...CHECKS, ...ofEvent].map((check) =>
    without.includes(check.id) ? leftOut(check) : check,
  );
  const verification = await verify(deployment, checks);
  const { event, headroom } = request;
  return { ...verification, answer: ANSWERS[verification.verdict], event, headroom };
};

const leftOut = (check: Check): Check => ({
  ...check,
  needs: [],
  run: async () => skipped('left out by --without'),
});
