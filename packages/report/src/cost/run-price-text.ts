import type { RunPrice } from '@livekit-swarm/cost';
import { plural } from '@livekit-swarm/settings';
import { formatBytes } from '../format.ts';
import { formatDollars } from './money.ts';

const GB = 1e9;

/**
 * `40 participant-minutes and 14 MB to participants: $0.02 beyond the quota of the plan ship
 * (prices of 2026-09-14)`.
 */
export const runPriceText = ({ plan, minutes, gbDown, cost, read }: RunPrice): string =>
  `${plural(minutes, 'participant-minute')} and ${formatBytes(gbDown * GB)} to participants: ${formatDollars(cost)} beyond the quota of the plan ${plan} (prices of ${read})`;
