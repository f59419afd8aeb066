import type { CloudPlan, PriceBook } from '../prices/schema.ts';
import type { Usage } from '../usage/usage.ts';

/** Cost of a month on LiveKit Cloud with one plan, USD. */
export interface CloudCost {
  plan: string;
  base: number;
  minutes: number;
  traffic: number;
  total: number;
}

type Metered = Pick<Usage, 'billedMinutes' | 'gbDown' | 'hours'>;

/**
 * Cost of usage with one plan.
 * @returns null if the plan does not allow the usage
 */
export const cloudCost = (name: string, plan: CloudPlan, usage: Metered): CloudCost | null => {
  const minutesOver = Math.max(0, usage.billedMinutes - plan.minutes.included);
  const trafficOver = Math.max(0, usage.gbDown - plan.traffic.included);
  const each = { minutes: plan.minutes.each, traffic: plan.traffic.each };
  const most = Math.max(0, ...usage.hours.map(({ participants }) => participants));
  if (plan.concurrent !== undefined && most > plan.concurrent) return null;
  if (plan.hardLimit && (minutesOver > 0 || trafficOver > 0)) return null;
  if (
    (minutesOver > 0 && each.minutes === undefined) ||
    (trafficOver > 0 && each.traffic === undefined)
  )
    return null;
  const minutes = minutesOver * (each.minutes ?? 0);
  const traffic = trafficOver * (each.traffic ?? 0);
  return { plan: name, base: plan.month, minutes, traffic, total: plan.month + minutes + traffic };
};

/** Cost of every plan that allows this load, cheapest first. */
export const cloudCosts = ({ livekitCloud }: PriceBook, usage: Metered): CloudCost[] =>
  Object.entries(livekitCloud.plans)
    .flatMap(([name, plan]) => cloudCost(name, plan, usage) ?? [])
    .sort((one, other) => one.total - other.total);
