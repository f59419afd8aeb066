/** Three regions on this host, of which one is lost. */
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { regionFile, runRegions } from '../support/regions.ts';

await skipWithout('root', 'unshare', 'ip', 'nft', 'redis', 'packet-filter');

const RTT = {
  eu: { eu: 6, us: 80, ap: 140 },
  us: { eu: 80, us: 6, ap: 180 },
  ap: { eu: 140, us: 180, ap: 6 },
};

it('reports where users of a lost region reconnect, and that others notice nothing', async () => {
  const { exit, answer, checks, facts, stderr } = await runRegions(
    regionFile(
      {
        eu: { at: [50.1, 8.7], servers: '10.10.0.0/24' },
        us: { at: [39, -77.5], servers: '10.20.0.0/24' },
        ap: { at: [1.35, 103.8], servers: '10.30.0.0/24' },
      },
      { rtt: RTT, redis: 'eu', lose: 'ap', limits: { recovery: '80s' } },
    ),
  );
  expect([exit, answer], stderr).toEqual([0, 'yes']);
  expect(checks).toMatchObject({
    recovery: { outcome: 'passed' },
    isolation: { outcome: 'passed' },
  });
  const users = facts.loss?.users ?? [];
  expect(users).toHaveLength(6);
  // eu is nearer to ap than us is.
  expect(
    users.filter(({ user }) => user === 'ap').map(({ after, hears }) => [after, hears]),
  ).toEqual([
    ['eu', true],
    ['eu', true],
  ]);
  expect(users.filter(({ isAffected }) => isAffected).map(({ user }) => user)).toEqual([
    'ap',
    'ap',
  ]);
});
