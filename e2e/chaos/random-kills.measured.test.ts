/** Ten of the random kills of `npm run kills`, with another seed for each day. */
import { randomKills } from '@livekit-swarm/testkit/random-kills/random-kills';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, test } from 'vitest';

await skipWithout('packet-filter', 'cpu-quota', 'redis', 'haproxy');

test('random SIGKILLs leave no orphan, no unreadable record and no fault', {
  timeout: 600_000,
}, async () => {
  const texts: string[] = [];
  const { kills, ...left } = await randomKills({
    count: 10,
    seed: Math.floor(Date.now() / 86_400_000),
    onKill: (text) => void texts.push(text),
  });
  expect(Object.values(kills).reduce((sum, one) => sum + one, 0)).toBe(10);
  expect(left, texts.join('\n')).toEqual({
    orphans: [],
    lostRecords: [],
    unreadable: [],
    leftovers: [],
  });
});
