/** `swarm cost`: its sums, calculated again from the printed price book. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { runSwarm, scratch } from '../support/swarm.ts';

interface Plan {
  month: number;
  minutes: { included: number; each: number };
  traffic: { included: number; each: number };
}

interface Estimate {
  usage: { billedMinutes: number; gbDown: number };
  cloud: { plan: string; total: number }[];
  selfHosted: { provider: string; total: number }[];
  breakEven: { type: string; participantMinutes: number };
}

it('prices a month on LiveKit Cloud and on own machines, from the price book that it prints', async () => {
  const file = join(scratch(), 'school.yaml');
  writeFileSync(
    file,
    `timetable: school
monthly: { participantMinutes: 1000000, peakParticipants: 300 }
perParticipant: { up: 32kbit/s, down: 64kbit/s }
session: 30m
`,
  );
  const { exit, stdout, stderr } = await runSwarm([
    'cost',
    file,
    '--provider',
    'hetzner',
    '--json',
  ]);
  expect(exit, stderr).toBe(0);
  const { usage, cloud, selfHosted, breakEven } = JSON.parse(stdout) as Estimate;
  // Each connection is rounded up to a minute, by half a minute on average: one in 60 of a session.
  expect(usage.billedMinutes).toBeCloseTo(1_000_000 * (1 + 1 / 60), 0);
  // 64 kbit/s are 8,000 bytes a second.
  expect(usage.gbDown).toBeCloseTo((1_000_000 * 60 * 8_000) / 1e9, 3);

  const book = parse((await runSwarm(['cost', '--print-prices'])).stdout) as {
    livekitCloud: { plans: Record<string, Plan> };
  };
  const { month, minutes, traffic } = book.livekitCloud.plans.ship as Plan;
  expect(cloud.find(({ plan }) => plan === 'ship')?.total).toBeCloseTo(
    month +
      Math.max(0, usage.billedMinutes - minutes.included) * minutes.each +
      Math.max(0, usage.gbDown - traffic.included) * traffic.each,
    2,
  );
  expect(selfHosted.map(({ provider }) => provider)).toEqual(['hetzner']);
  expect(selfHosted[0]?.total).toBeLessThan(cloud[0]?.total ?? 0);
  expect(breakEven.type).toBe('from');
  expect(breakEven.participantMinutes).toBeLessThan(1_000_000);
});
