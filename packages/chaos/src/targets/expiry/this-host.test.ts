import { afterEach, expect, test, vi } from 'vitest';
import { NODE } from '../../../test/support/fake-platform.ts';
import type { Component, RollbackStep } from '../platform.ts';
import { expiryOnThisHost } from './this-host.ts';

const REDIS: Component = { ...NODE, name: 'redis', kind: 'redis' };

afterEach(() => {
  vi.unstubAllEnvs();
});

test('a rollback that needs the password of Redis cannot be armed', async () => {
  vi.stubEnv('REDISCLI_AUTH', 'secret');
  const whyNot = async (component: Component, step: RollbackStep): Promise<string> =>
    String(await expiryOnThisHost().missingCapability(component, [step]));
  expect(await whyNot(REDIS, { step: 'rollback' })).toMatch(/password of redis \(REDISCLI_AUTH\)/);
  expect(await whyNot(REDIS, { step: 'start' })).not.toContain('REDISCLI_AUTH');
  expect(await whyNot(NODE, { step: 'rollback' })).not.toContain('REDISCLI_AUTH');
  vi.stubEnv('REDISCLI_AUTH', undefined);
  expect(await whyNot(REDIS, { step: 'rollback' })).not.toContain('REDISCLI_AUTH');
});
