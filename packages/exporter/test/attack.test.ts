import { expect, test } from 'vitest';
import { attack } from './support/attack.ts';

test('an attacked exporter keeps its series and its memory within bounds, and counts what is good', async () => {
  const size = {
    clients: 200,
    reports: 3,
    rooms: 1_000,
    garbage: 4_000,
    slow: 200,
    maxSessions: 3_000,
  };
  const [nobody, clients, rooms, garbage, crowd] = await attack(size);
  if (!nobody || !clients || !rooms || !garbage || !crowd) throw new Error('a step is missing');
  expect(clients.answers).toEqual({ 204: 600 });
  expect(clients.results).toEqual({ accepted: 600 });
  expect(clients.sessions).toBe(200);
  expect(rooms.answers).toEqual({ 204: 2_000 });
  expect(rooms.series).toBe(clients.series);
  // An attacker who is in a room can make the labels other and other, and nothing beside.
  expect(garbage.series - rooms.series).toBeLessThan(150);
  expect(Object.keys(garbage.answers).sort()).toEqual(
    expect.arrayContaining(['204', '400', '401', '413', '429']),
  );
  expect(garbage.answers['503']).toBeUndefined();
  for (const result of ['malformed', 'unauthorized', 'too_large', 'rate_limited'])
    expect(garbage.results[result], result).toBeGreaterThan(100);
  expect(crowd.sessions).toBeLessThanOrEqual(size.maxSessions);
  expect(crowd.answers['503']).toBeGreaterThan(0);
  // How often it was full is told by status.
  expect(crowd.series - garbage.series).toBeLessThan(3);
  // A kilobyte for each participant, a little for each address, and 64 KiB for each request that is under way.
  const allowed = size.maxSessions * 1_000 + 20_000 * 300 + 64 * 65_536;
  expect(crowd.retainedBytes - nobody.retainedBytes).toBeLessThan(allowed);
});
