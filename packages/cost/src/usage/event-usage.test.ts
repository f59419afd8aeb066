import { expect, test } from 'vitest';
import { usageOfEvent } from './event-usage.ts';

test('participants stay from the beginning of an event to its end', () => {
  const rates = { bitsUp: 8_000, bitsDown: 16_000, packets: 100 };
  expect(usageOfEvent(3_000, 90_000, rates, 1)).toEqual({
    ...{ participantMinutes: 4_500, billedMinutes: 6_000 },
    ...{ gbUp: 0.27, gbDown: 0.54, recordedGb: 0, hlsGb: 0 },
    hours: [
      {
        ...{ label: 'event', hoursPerMonth: 0.025, participants: 3_000 },
        ...{ packets: 300_000, bits: 72_000_000 },
      },
    ],
  });
});
