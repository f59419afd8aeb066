import { expect, test } from 'vitest';
import { MOST_ROOMS, roomsToAsk } from './follow-participants.ts';

test('rooms are asked by their prefix, and too many are refused', () => {
  const names = ['call-1', ...Array.from({ length: MOST_ROOMS }, (_, index) => `room-${index}`)];
  expect(roomsToAsk(names, 'call-')).toEqual(['call-1']);
  expect(roomsToAsk(names, 'room-')).toHaveLength(MOST_ROOMS);
  expect(() => roomsToAsk(names, '')).toThrow(`the deployment has ${MOST_ROOMS + 1} rooms`);
});
