import { CHECKS } from '@livekit-swarm/verify';
import { expect, it } from 'vitest';
import { MISCONFIGURATIONS } from '../../e2e/support/planted-misconfigurations.ts';

/** Checks that no deployment of MISCONFIGURATIONS is for, with the reason. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'plain-signalling': 'a test has no public address; its unit test has every case',
  'request-size': 'e2e/verify/verify-media.test.ts and e2e/proxies plant it in real proxies',
};

it.each(CHECKS)('a misconfiguration is planted that $id finds', ({ id }) => {
  const planted = new Set(MISCONFIGURATIONS.map(({ finds }) => finds));
  expect(planted.has(id) || id in ELSEWHERE).toBe(true);
});

it('planted misconfigurations are those of checks', () => {
  const ids = CHECKS.map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining(MISCONFIGURATIONS.map(({ finds }) => finds)));
  expect(ids).toEqual(expect.arrayContaining(Object.keys(ELSEWHERE)));
});
