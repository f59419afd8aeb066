import type { Target } from '@livekit-swarm/campaign';
import { expect, it } from 'vitest';
import { readQueueChoice } from './queue.ts';

const TARGET: Target = {
  type: 'remote',
  url: 'wss://livekit.example.com',
  apiKey: 'key',
  apiSecret: 'secret',
};
const queue = 'redis://10.0.0.5:6379';

it('reads the hosts of a run', () => {
  const flags = { queue, hosts: '3', label: ['region=eu'] };
  expect(readQueueChoice(flags, TARGET, {})).toEqual({
    ...{ url: queue, key: undefined, isInsecure: false },
    ...{ hosts: 3, labels: { region: 'eu' } },
  });
  expect(readQueueChoice({ label: [] }, TARGET, {})).toBeNull();
});

it('refuses a browser of this host for participants on other hosts', () => {
  const flags = { queue, label: [], browser: '/usr/bin/chromium' };
  expect(() => readQueueChoice(flags, TARGET, {})).toThrow(
    expect.objectContaining({
      code: 'usage',
      message: expect.stringMatching(/--browser.*--queue/),
      hint: expect.stringContaining('swarm host --browser'),
    }),
  );
});
