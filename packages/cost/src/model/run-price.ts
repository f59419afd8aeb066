import type { Plan } from '@livekit-swarm/scenario';
import type { PriceBook } from '../prices/schema.ts';
import { usageOfPlan } from '../usage/plan-usage.ts';

/** Price of one run on LiveKit Cloud after the quota of the plan is used up. */
export interface RunPrice {
  /** Cheapest plan of LiveKit Cloud that can be exceeded. */
  plan: string;
  /** Billed minutes: each connection is rounded up. */
  minutes: number;
  gbDown: number;
  /** Price, USD. */
  cost: number;
  /** Day on which the prices were read, ISO 8601. */
  read: string;
}

/**
 * Price of one run.
 * @returns null if the book has no plan that can be exceeded
 */
export const runPrice = (
  plan: Pick<Plan, 'participants' | 'endAtMs'>,
  { livekitCloud }: PriceBook,
): RunPrice | null => {
  const open = Object.entries(livekitCloud.plans)
    .flatMap(([name, { month, minutes, traffic }]) =>
      minutes.each === undefined || traffic.each === undefined
        ? []
        : [{ name, month, minute: minutes.each, gb: traffic.each }],
    )
    .sort((one, other) => one.month - other.month);
  const [cheapest] = open;
  if (cheapest === undefined) return null;
  const { billedMinutes, gbDown } = usageOfPlan(plan, 1, livekitCloud.roundsUpToMinutes);
  return {
    plan: cheapest.name,
    minutes: billedMinutes,
    gbDown,
    cost: billedMinutes * cheapest.minute + gbDown * cheapest.gb,
    read: livekitCloud.source.read,
  };
};
