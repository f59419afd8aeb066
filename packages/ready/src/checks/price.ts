import { formatDuration, formatNumber } from '@livekit-swarm/settings';
import { passed } from '@livekit-swarm/verify';
import type { EventLoad } from '../event.ts';
import type { EventCheck } from '../event-check.ts';

/** Usage and price of an event whose participants stay from its beginning to its end. */
export interface EventPrice {
  participantMinutes: number;
  /** Traffic to participants, GB. */
  gbDown: number;
  /**
   * Month with this event on the cheapest plan of LiveKit Cloud that allows it, USD; null: none
   * does.
   */
  cloud: { plan: string; total: number; read: string } | null;
}

export const priceText = (
  { beginsAtMs, endsAtMs }: EventLoad,
  { participantMinutes, gbDown, cloud }: EventPrice,
): string[] => [
  `${formatNumber(participantMinutes)} participant-minutes and ${formatNumber(gbDown)} GB of traffic to participants in ${formatDuration(endsAtMs - beginsAtMs)}`,
  ...(cloud === null
    ? []
    : [
        `a month with this event on LiveKit Cloud: ${formatNumber(cloud.total)} USD (plan ${cloud.plan}, prices of ${cloud.read})`,
      ]),
];

export const priceCheck = (event: EventLoad, price: EventPrice): EventCheck => ({
  title: 'The event has a price',
  severities: [],
  cause: 'Traffic is billed by most providers',
  fix: 'swarm cost compares plans and machines',
  run: async () => passed(...priceText(event, price)),
});
