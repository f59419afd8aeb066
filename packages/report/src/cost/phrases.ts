import { formatNumber } from '@livekit-swarm/settings';
import type { CostView } from './cost-view.ts';
import { formatDollars } from './money.ts';
import { gigabytes } from './tables.ts';

/** A load in participant-minutes and traffic. */
export const usageText = ({ load, estimate: { usage } }: CostView): string =>
  `${load.name}: ${formatNumber(Math.round(usage.participantMinutes))} participant-minutes a month, ${gigabytes(usage.gbDown)} to participants, ${gigabytes(usage.gbUp)} from them`;

export const NO_PLAN = 'LiveKit Cloud: no plan of the price book allows this load';

/** Load from which the cheapest own machines cost less than LiveKit Cloud; null: no own machines. */
export const breakEvenText = ({ estimate: { breakEven, selfHosted } }: CostView): string | null => {
  const [best] = selfHosted;
  if (breakEven === null || best === undefined) return null;
  const name = `${best.provider}:${best.machine}`;
  switch (breakEven.type) {
    case 'always':
      return `Break-even: ${name} costs less than LiveKit Cloud for any load of this kind.`;
    case 'never':
      return `Break-even: none; LiveKit Cloud costs less than ${name} for any load of this kind.`;
    case 'from':
      return `Break-even: from ${formatNumber(Math.round(breakEven.participantMinutes))} participant-minutes a month on (${formatDollars(breakEven.cost)}), ${name} costs less than LiveKit Cloud.`;
  }
};
