import { expect, test } from 'vitest';
import { fakePlatform, NODE } from '../../test/support/fake-platform.ts';
import type { Component, Platform } from '../targets/platform.ts';
import { FAULTS } from './index.ts';

const read = (name: string, params: object): unknown => FAULTS.get(name)?.params.parse(params);

test('each fault is found by its name, and describes itself and its rollback', () => {
  for (const [name, fault] of FAULTS) {
    expect(fault.name).toBe(name);
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(fault.targets.length).toBeGreaterThan(0);
    expect(fault.description).toMatch(/\w \w/);
    expect(fault.rollbackDescription).toMatch(/\w \w/);
  }
});

test.each([...FAULTS.values()])('the example of $name is valid', (fault) => {
  expect(fault.params.safeParse(fault.example).error).toBeUndefined();
});

test('parameters are parsed to base units', () => {
  expect(read('delay', { delay: '80ms' })).toEqual({
    delay: 80,
    protocol: 'udp',
    direction: 'both',
  });
  expect(read('packet-loss', { loss: '5%' })).toEqual({
    loss: 0.05,
    burst: 1,
    protocol: 'udp',
    direction: 'both',
  });
  expect(read('rate-limit', { rate: '1.5Mbit/s' })).toMatchObject({
    rate: 1_500_000,
    queue: 200,
    shared: true,
  });
  expect(read('blackhole', {})).toEqual({ protocol: 'both', direction: 'both' });
  expect(read('restart', { down: '2s' })).toEqual({ grace: 0, down: 2_000 });
});

test.each([
  ['kill', { signal: 'SIGTERM' }],
  ['packet-loss', {}],
  ['packet-loss', { loss: '0%' }],
  ['packet-loss', { loss: '101%' }],
  ['packet-loss', { loss: '5%', burst: 0.5 }],
  ['packet-loss', { loss: '5%', direction: 'up' }],
  ['delay', { delay: 80 }],
  ['delay', { delay: '0s' }],
  ['delay', { delay: '1h' }],
  ['reorder', { share: '60%' }],
  ['rate-limit', { rate: '0Mbit/s' }],
  ['rate-limit', { rate: 'fast' }],
  ['cpu-pressure', { cores: 0 }],
  ['cpu-pressure', { cores: 0.001 }],
  ['memory-pressure', { megabytes: 0.5 }],
  ['blackhole', { protocol: 'sctp' }],
])('%s refuses %j', (name, params) => {
  expect(FAULTS.get(name)?.params.safeParse(params).success).toBe(false);
});

test('a loss of 100 % needs no random number, and the smallest share is not rounded to 0', async () => {
  const rules = async (loss: number): Promise<string> => {
    const platform = fakePlatform();
    const params = { loss, burst: 1, protocol: 'udp', direction: 'in' };
    await FAULTS.get('packet-loss')?.inject({
      platform,
      components: [NODE],
      params,
      id: 'abcd1234',
      expiresAfterMs: null,
    });
    return platform.ran[0]?.input ?? '';
  };
  expect(await rules(1)).toContain('dport 5000-5001 counter drop');
  expect(await rules(0.5)).toContain('numgen random mod 1000000 < 500000 counter drop');
  expect(await rules(1e-9)).toContain('mod 1000000 < 1 counter drop');
});

test('swarm-impair gets the impairment, its owner and its lifetime', async () => {
  const platform = fakePlatform();
  const params = read('rate-limit', { rate: '1Mbit/s', queue: '50ms', protocol: 'both' });
  const second = { ...NODE, name: 'node-2' };
  await FAULTS.get('rate-limit')?.inject({
    platform,
    components: [NODE, second],
    params,
    id: 'abcd1234',
    expiresAfterMs: 70_500,
  });
  const starts = platform.ran
    .filter(({ argv }) => argv[1] === 'start')
    .map(({ argv }) => argv.slice(2).join(' '));
  const owner = String.raw`--owner ${process.pid}:\d+ --lifetime 71`;
  expect(starts).toEqual([
    expect.stringMatching(
      `^--id abcd12340 --table swarm_chaos_abcd1234 --chain queued0 ${owner} --rate-bps 1000000 --queue-us 50000 --shared$`,
    ),
    expect.stringMatching('^--id abcd12341 .* --chain queued1 '),
  ]);
});

test.each([...FAULTS.values()])(
  'the rollback of $name that was not injected, or is gone, is not an error, and leaves everything running',
  async (fault) => {
    const platform = fakePlatform();
    const bursts = fault.name === 'packet-loss' && { burst: 3 };
    const params = fault.params.parse({ ...fault.example, ...bursts });
    await fault.rollback({
      platform,
      components: [NODE],
      params,
      id: 'abcd1234',
      expiresAfterMs: null,
    });
    // A component that was signalled runs afterwards.
    expect(platform.calls.at(-1) ?? 'start node-1').toMatch(/^(start|SIGCONT) node-1$/);
  },
);

/**
 * A node that keeps draining after SIGTERM.
 * @param instances instances that run after each SIGKILL
 */
const draining = (instances: (string | null)[]) => {
  const platform = fakePlatform();
  return {
    platform: {
      ...platform,
      instance: async () => instances[0] ?? null,
      signal: async (component: Component, signal: string) => {
        platform.calls.push(`${signal} ${component.name}`);
        if (signal === 'SIGKILL') instances.shift();
      },
    },
    calls: platform.calls,
  };
};

const rollBackGracefulStop = async (platform: Platform, component: Component): Promise<void> =>
  FAULTS.get('graceful-stop')?.rollback({
    platform,
    components: [component],
    params: {},
    id: 'abcd1234',
    expiresAfterMs: null,
  });

test('a draining node is terminated and started, also if its node ID is unknown', async () => {
  const { platform, calls } = draining(['1:1', null]);
  await rollBackGracefulStop(platform, { ...NODE, nodeId: null });
  expect(calls).toEqual(['SIGTERM node-1', 'SIGKILL node-1', 'start node-1']);
});

test('a node that was started since graceful-stop is not terminated', async () => {
  const { platform, calls } = draining(['2:2']);
  await rollBackGracefulStop(platform, NODE);
  expect(calls).toEqual(['start node-1']);
});

test('a node that another rollback replaces between SIGTERM and SIGKILL is not terminated', async () => {
  const instances = ['1:1', '2:2'];
  const { platform, calls } = draining(instances);
  const signal: Platform['signal'] = async (component, name) => {
    calls.push(`${name} ${component.name}`);
    if (name === 'SIGTERM') instances.shift();
  };
  await rollBackGracefulStop({ ...platform, signal }, NODE);
  expect(calls).toEqual(['SIGTERM node-1', 'start node-1']);
});
