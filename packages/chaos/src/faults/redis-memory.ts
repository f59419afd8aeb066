import { SwarmError } from '@livekit-swarm/settings';
import type { Component, Platform } from '../targets/platform.ts';
import { accessRedis, whyRedisRefuses } from '../targets/redis-access.ts';
import { forAll } from './effects/process-control.ts';
import { type DescribedFault, type NoParams, noParams, type Settings } from './fault.ts';

/** Settings of Redis that decide whether it accepts writes. */
const SETTINGS = ['maxmemory', 'maxmemory-policy'] as const;

/**
 * Values by which every write is rejected: any use of memory exceeds one byte. In this order: with
 * the policy of a cache, the limit would make Redis evict keys at once.
 */
const FULL = { 'maxmemory-policy': 'noeviction', maxmemory: '1' } as const;

/**
 * Redis without memory for another key: it answers reads and carries messages, and rejects writes
 * with OOM.
 */
export const redisFull: DescribedFault<NoParams> = {
  name: 'redis-full',
  description: 'sets maxmemory below its use, with noeviction: Redis rejects every write',
  rollbackDescription: 'set maxmemory and maxmemory-policy to their values before',
  requires: [],
  targets: ['redis'],
  params: noParams,
  example: {},
  lasts: true,
  unavailable: (platform, component) =>
    whyRedisRefuses(platform, component, () => readSettings(platform, component)),
  settingsBefore: async (platform, components) => {
    const all: Record<string, string> = {};
    for (const component of components)
      for (const [setting, value] of await readSettings(platform, component))
        all[keyOf(component, setting)] = value;
    return all;
  },
  inject: ({ platform, components }) =>
    forAll(components, (component) => apply(platform, component, Object.entries(FULL))),
  missingEffect: async ({ platform, components }, component) => {
    const known = components.some(({ name }) => name === component.name);
    const settings = known ? await readSettings(platform, component) : [];
    return settings.every(([setting, value]) => FULL[setting] === value) ? null : 'limit_changed';
  },
  rollbackSteps: () => [{ step: 'rollback' }],
  rollback: async ({ platform, components, before }) => {
    // Without them, nothing was injected.
    if (before === undefined) return;
    await forAll(components, async (component) => {
      // A server that was started since has the settings of its file.
      if ((await platform.pid(component)) === null) return;
      await apply(platform, component, settingsOf(component, before));
    });
  },
};

const keyOf = ({ name }: Component, setting: string): string => `${name} ${setting}`;

const settingsOf = (component: Component, before: Settings): [string, string][] =>
  SETTINGS.flatMap((setting): [string, string][] => {
    const value = before[keyOf(component, setting)];
    return value === undefined ? [] : [[setting, value]];
  });

type Setting = (typeof SETTINGS)[number];

/** @throws SwarmError `fault_unavailable` when Redis does not report them */
const readSettings = async (
  platform: Platform,
  component: Component,
): Promise<[Setting, string][]> => {
  await using redis = accessRedis(platform, component);
  const found: [Setting, string][] = [];
  for (const setting of SETTINGS) {
    const [, value] = await redis.command('CONFIG', 'GET', setting);
    if (value === undefined)
      throw new SwarmError('fault_unavailable', `${component.name} does not report its ${setting}`);
    found.push([setting, value]);
  }
  return found;
};

const apply = async (
  platform: Platform,
  component: Component,
  settings: readonly (readonly [string, string])[],
): Promise<void> => {
  await using redis = accessRedis(platform, component);
  for (const [setting, value] of settings) await redis.command('CONFIG', 'SET', setting, value);
};
