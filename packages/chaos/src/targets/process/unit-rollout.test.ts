import { expect, test } from 'vitest';
import type { Component } from '../platform.ts';
import type { Release } from '../rollout.ts';
import type { Host } from './local-host.ts';
import { unitRollout } from './unit-rollout.ts';

const node = (name: string): Component => ({
  ...{ name, kind: 'node', nodeId: null, instance: null, ports: null },
});

/** Rollout of units with these programs and configurations, by `UNIT HOST`. */
const rolloutOf = (commands: Readonly<Record<string, string>>) => {
  const host = (where: string): Host => ({
    run: async (argv) => {
      const command = commands[`${argv.at(-1)} ${where}`] ?? '';
      const [path] = command.split(' ');
      return { stdout: `ExecStart={ path=${path} ; argv[]=${command} ; }`, stderr: '', code: 0 };
    },
    read: async () => null,
  });
  return unitRollout(({ name }) => {
    const [unit = '', where = ''] = name.split(' ');
    return { host: host(where), unit, where };
  });
};

const release = (given: Partial<Release>): Release => ({
  ...{ program: null, config: {}, configFile: null, ...given },
});
const both = [node('a lk-1'), node('b lk-1')];
const SHARED = { 'a lk-1': '/bin/lk --config /a', 'b lk-1': '/bin/lk --config /b' };

test('nodes of a host that share a program cannot be upgraded one by one', async () => {
  const upgrade = release({ program: '1.13.5' });
  const why = await rolloutOf(SHARED).conflict?.(both, upgrade);
  expect(why).toMatch(/^a and b on lk-1 share \/bin\/lk: /);
  const apart = rolloutOf({ 'a lk-1': '/bin/lk --config /a', 'b lk-2': '/bin/lk --config /a' });
  expect(await apart.conflict?.([node('a lk-1'), node('b lk-2')], upgrade)).toBeNull();
});

test('a shared program does not matter for a configuration, and a shared configuration does', async () => {
  const configured = release({ configFile: '/new.yaml' });
  expect(await rolloutOf(SHARED).conflict?.(both, configured)).toBeNull();
  const same = { 'a lk-1': '/bin/1 --config=/lk.yaml', 'b lk-1': '/bin/2 --config /lk.yaml' };
  expect(await rolloutOf(same).conflict?.(both, configured)).toMatch(/share \/lk.yaml/);
});
