import { describe, expect, it } from 'vitest';
import {
  assertCloudConfirmed,
  assertHostAllowed,
  hostOf,
  readHostRules,
  scopeOf,
} from './host-rules.ts';

const check = (
  url: string,
  flags: Parameters<typeof readHostRules>[0] = {},
  env: NodeJS.ProcessEnv = {},
) => assertHostAllowed(url, readHostRules(flags, env));

describe('allowed and denied hosts', () => {
  it('are all allowed without rules', () => {
    expect(() => check('wss://livekit.example.com')).not.toThrow();
    expect(() => check('ws://[2001:db8::1]:7880')).not.toThrow();
  });

  it.each([
    ['wss://livekit.example.com', 'livekit.example.com'],
    ['wss://LiveKit.example.com.', 'LIVEKIT.example.com'],
    ['wss://eu.livekit.example.com:443', '*.example.com'],
    ['ws://203.0.113.7:7880', '203.0.113.7'],
    ['ws://203.0.113.7:7880', '203.0.113.0/24'],
    ['ws://[2001:DB8::7]:7880', '2001:db8::/32'],
    ['ws://[2001:db8::7]:7880', '2001:db8:0::7'],
    // Other notations of the same address.
    ['ws://0xcb.0.113.7', '203.0.113.7'],
  ])('%s is %s', (url, entry) => {
    expect(() => check(url, { denyHost: [entry] })).toThrow(/is denied by/);
    expect(() => check(url, { allowHost: [entry] })).not.toThrow();
    expect(() => check(url, { allowHost: ['other.example'] })).toThrow(/is not allowed/);
  });

  it.each([
    ['wss://example.com', '*.example.com'],
    ['wss://evil-example.com', '*.example.com'],
    ['wss://livekit.example.com.evil.test', 'livekit.example.com'],
    ['ws://203.0.114.7', '203.0.113.0/24'],
    ['wss://livekit.example.com', '0.0.0.0/0'],
  ])('%s is not %s', (url, entry) => {
    expect(() => check(url, { denyHost: [entry] })).not.toThrow();
    expect(() => check(url, { allowHost: [entry] })).toThrow(/is not allowed/);
  });

  it('are denied also when they are allowed', () => {
    const flags = { allowHost: ['*.example.com'], denyHost: ['prod.example.com'] };
    expect(() => check('wss://staging.example.com', flags)).not.toThrow();
    expect(() => check('wss://prod.example.com', flags)).toThrow(/denied/);
  });

  it('cannot be widened by flags beyond the rules of the environment', () => {
    const env = {
      SWARM_ALLOW_HOST: '*.staging.test, 10.0.0.0/8',
      SWARM_DENY_HOST: 'b.staging.test',
    };
    expect(() => check('wss://a.staging.test', {}, env)).not.toThrow();
    expect(() => check('ws://10.1.2.3:7880', {}, env)).not.toThrow();
    expect(() => check('wss://prod.test', { allowHost: ['prod.test'] }, env)).toThrow(
      /not allowed/,
    );
    expect(() => check('wss://b.staging.test', { denyHost: ['x.test'] }, env)).toThrow(/denied/);
    expect(() => check('wss://a.staging.test', { allowHost: ['c.staging.test'] }, env)).toThrow(
      /only c\.staging\.test/,
    );
  });

  it.each(['http://a', 'a b/24', '10.0.0.0/33', '*', 'a..*', '[::1]'])(
    '%s is an error',
    (entry) => {
      expect(() => readHostRules({ denyHost: [entry] }, {})).toThrow(/is not a host/);
    },
  );
});

it('needs a confirmation for LiveKit Cloud, by the host name', () => {
  const confirm = (url: string, ...confirmTarget: string[]) =>
    assertCloudConfirmed(url, readHostRules({ confirmTarget }, {}));
  const url = 'wss://my-project.livekit.cloud';
  expect(() => confirm(url)).toThrow(/LiveKit Cloud/);
  expect(() => confirm(url, 'other.livekit.cloud')).toThrow(/LiveKit Cloud/);
  expect(() => confirm(url, 'lk.example.com', 'my-project.livekit.cloud')).not.toThrow();
  expect(() => confirm('wss://my-project.livekit.cloud.')).toThrow(/LiveKit Cloud/);
  expect(() => confirm('wss://livekit.cloud.example.com')).not.toThrow();
});

it.each([
  ['ws://127.0.0.1:7880', 'loopback'],
  ['ws://127.8.0.1', 'loopback'],
  ['ws://[::1]:7880', 'loopback'],
  ['ws://localhost:7880', 'loopback'],
  ['ws://10.2.3.4', 'private'],
  ['ws://172.31.0.1', 'private'],
  ['ws://192.168.1.4', 'private'],
  ['ws://100.100.0.1', 'private'],
  ['ws://[fd00::1]', 'private'],
  ['ws://livekit:7880', 'private'],
  ['wss://lk.office.internal', 'private'],
  ['wss://livekit.example.com', 'public'],
  ['ws://172.32.0.1', 'public'],
  ['ws://203.0.113.7', 'public'],
  ['ws://[2001:db8::1]', 'public'],
  ['ws://localhost.example.com', 'public'],
] as const)('%s is %s', (url, scope) => expect(scopeOf(hostOf(url))).toBe(scope));
