import { expect, test } from 'vitest';
import { attack } from './support/attack.ts';

test('an attacked exporter limits its series and memory, and counts valid reports', async () => {
  const size = {
    clients: 200,
    reports: 3,
    rooms: 1_000,
    garbage: 4_000,
    slow: 200,
    maxSessions: 3_000,
  };
  const [idle, clients, rooms, garbage, excess] = await attack(size);
  if (!idle || !clients || !rooms || !garbage || !excess) throw new Error('a step is missing');
  expect(clients.answers).toEqual({ 204: 600 });
  expect(clients.results).toEqual({ accepted: 600 });
  expect(clients.sessions).toBe(200);
  expect(rooms.answers).toEqual({ 204: 2_000 });
  expect(rooms.series).toBe(clients.series);
  // An attacker with a valid token can only cause values of the label `other`.
  expect(garbage.series - rooms.series).toBeLessThan(150);
  expect(Object.keys(garbage.answers).sort()).toEqual(
    expect.arrayContaining(['204', '400', '401', '413', '429']),
  );
  expect(garbage.answers['503']).toBeUndefined();
  for (const result of ['malformed', 'unauthorized', 'too_large', 'rate_limited'])
    expect(garbage.results[result], result).toBeGreaterThan(100);
  expect(excess.sessions).toBeLessThanOrEqual(size.maxSessions);
  expect(excess.answers['503']).toBeGreaterThan(0);
  // Rejections because of full capacity are counted by status.
  expect(excess.series - garbage.series).toBeLessThan(3);
  // The bound is 1 kB per participant, less per address, and 64 KiB per running request.
  const allowed = size.maxSessions * 1_000 + 20_000 * 300 + 64 * 65_536;
  expect(excess.retainedBytes - idle.retainedBytes).toBeLessThan(allowed);
});
