import type { Plan } from '@livekit-swarm/scenario';
import type { PriceBook } from '../prices/schema.ts';
import { usageOfPlan } from '../usage/plan-usage.ts';

/** What one run of a plan costs on LiveKit Cloud, once the plan's quota is used up. */
export interface RunPrice {
  /** Of LiveKit Cloud: the cheapest that can be exceeded. */
  plan: string;
  /** Each connection rounded up. */
  minutes: number;
  gbDown: number;
  /** USD. */
  cost: number;
  /** Day on which the prices were read. */
  read: string;
}

/** Null: the book has no plan that can be exceeded. */
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
