import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  expandPlan,
  NOTHING_READABLE,
  parseScenario,
  type Scenario,
  scenarioOfFlags,
} from '@livekit-swarm/scenario';
import { describe, expect, test } from 'vitest';
import { type HostFlags, readHostRules } from './host-rules.ts';
import { LoadGuard, type LoadGuardOptions, type LoadKind } from './load-guard.ts';

const PUBLIC = 'wss://lk.example.com';
const PRIVATE = 'ws://10.2.3.4:7880';

const guardOf = (
  options: Partial<LoadGuardOptions> = {},
  flags: HostFlags = {},
  env: NodeJS.ProcessEnv = {},
): LoadGuard =>
  LoadGuard.of({
    ...{ rules: readHostRules(flags, env), kind: 'run', url: PUBLIC, typed: [] },
    ...{ joinExistingRooms: false, withOtherUsers: false, reads: NOTHING_READABLE, ...options },
  });

const withEndpoint = (url: string, ...servers: string[]): Scenario =>
  parseScenario(
    `
scenario: apps
groups:
  calls:
    executor: constant-rooms
    rooms: 1
    duration: 5s
    roles: { user: { publish: audio, connect: { url: '${url}', servers: [${servers.join(', ')}] } } }
`,
    { file: 'apps.yaml' },
  );

const none = { groups: [] };

describe('a URL that is not on the command line', () => {
  test.each([
    ['probe', PUBLIC, false],
    ['audit', PUBLIC, true],
    ['audit', PRIVATE, false],
    ['drill', PUBLIC, false],
    ['run', PUBLIC, true],
    ['run', PRIVATE, false],
    ['run', 'ws://127.0.0.1:7880', false],
    ['search', PUBLIC, true],
    ['search', PRIVATE, true],
    ['search', 'ws://127.0.0.1:7880', true],
  ] as const)('%s of %s: needs a confirmation: %s', (kind: LoadKind, url, needed) => {
    const make = () => guardOf({ kind, url });
    if (needed) expect(make).toThrow(expect.objectContaining({ code: 'usage' }));
    else expect(make).not.toThrow();
    const host = new URL(url).hostname;
    expect(() => guardOf({ kind, url, typed: [url] })).not.toThrow();
    expect(() => guardOf({ kind, url }, { confirmTarget: [host] })).not.toThrow();
    if (needed)
      expect(() => guardOf({ kind, url }, { confirmTarget: ['other.example.com'] })).toThrow();
  });

  test('is named with the flag to add', () => {
    expect(() => guardOf({ kind: 'search' })).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('--confirm-target lk.example.com') }),
    );
  });
});

describe('rules of hosts', () => {
  test('apply to the deployment, even when it is typed or confirmed', () => {
    const deny = { denyHost: ['*.example.com'], confirmTarget: ['lk.example.com'] };
    expect(() => guardOf({ typed: [PUBLIC] }, deny)).toThrow(/denied/);
    expect(() => guardOf({ typed: [PUBLIC] }, {}, { SWARM_ALLOW_HOST: '10.0.0.0/8' })).toThrow(
      /not allowed/,
    );
  });

  test.each(['probe', 'drill', 'run', 'search'] as const)('%s: LiveKit Cloud', (kind) => {
    const url = 'wss://mine.livekit.cloud';
    expect(() => guardOf({ kind, url, typed: [url] })).toThrow(/LiveKit Cloud/);
    expect(() => guardOf({ kind, url }, { confirmTarget: ['mine.livekit.cloud'] })).not.toThrow();
  });

  test.each([
    ['the endpoint', withEndpoint('https://prod.example.com/token')],
    [
      'a server it may name',
      withEndpoint('https://app.test/token', 'wss://a.test', 'wss://prod.example.com'),
    ],
  ])('hold for %s of a scenario, also with a server of our own', (_, scenario) => {
    const rules = readHostRules({}, { SWARM_DENY_HOST: 'prod.example.com' });
    const own = LoadGuard.ofOwnServer(rules, 'run');
    expect(() => own.assertServers(null, scenario)).toThrow(/prod\.example\.com is denied/);
  });

  test('a scenario cannot name a server for a load that grows', () => {
    const scenario = withEndpoint('https://app.test/token', PUBLIC);
    const search = (...confirmTarget: string[]) =>
      LoadGuard.ofOwnServer(readHostRules({ confirmTarget }, {}), 'search');
    expect(() => search().assertServers(null, scenario)).toThrow(/app\.test .*the scenario/);
    expect(() => search('app.test').assertServers(null, scenario)).toThrow(/lk\.example\.com/);
    expect(() => search('app.test', 'lk.example.com').assertServers(null, scenario)).not.toThrow();
  });

  test('hold for the ingress that a deployment names, without a confirmation', () => {
    const denied = guardOf({ typed: [PUBLIC] }, { denyHost: ['*.prod.example.com'] });
    expect(() => denied.assertAnnounced('https://ingress.prod.example.com/w')).toThrow(/denied/);
    expect(() => denied.assertAnnounced('rtmp://ingress.prod.example.com/x')).toThrow(/denied/);
    expect(() => denied.assertAnnounced('https://ingress.example.com/w')).not.toThrow();
    const allowed = { SWARM_ALLOW_HOST: 'lk.example.com' };
    const guard = guardOf({ typed: [PUBLIC] }, {}, allowed);
    expect(() => guard.assertAnnounced('https://ingress.example.com/w')).toThrow(/not allowed/);
    const own = LoadGuard.ofOwnServer(readHostRules({}, allowed), 'run');
    expect(() => own.assertAnnounced('rtmp://127.0.0.1:1935/x')).not.toThrow();
    expect(() => own.assertAnnounced('https://ingress.example.com/w')).toThrow(/not allowed/);
  });

  test('a server that the command started is never public', () => {
    const own = LoadGuard.ofOwnServer(readHostRules({}, {}), 'run');
    expect(() => own.assertServers('ws://127.0.0.1:7880', none)).not.toThrow();
    expect(() => own.assertServers(PUBLIC, none)).toThrow(RangeError);
  });
});

describe('an API that does not answer', () => {
  const keys = { apiKey: 'key', apiSecret: 'a-secret-that-is-long-enough-for-a-token' };
  const planned = (flags: Parameters<typeof scenarioOfFlags>[0]) => ({
    run: 'k3x9h',
    plan: expandPlan(scenarioOfFlags(flags, []), 'k3x9h'),
  });

  test.each([
    ['a room of this name', { room: 'standup' }, 'run', '--join-existing-rooms'],
    ['the deployment', { rooms: '2' }, 'search', '--with-other-users'],
  ] as const)('is a refusal for %s', async (_, flags, kind, override) => {
    await using api = await answering(500, 'broken');
    const guard = guardOf({ kind, url: api.url, typed: [api.url] });
    await expect(guard.admit({ url: api.url, ...keys }, planned(flags))).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/cannot be checked .*500/),
      hint: expect.stringContaining(override),
    });
    expect(api.asked).toBeGreaterThan(0);
    const all = { joinExistingRooms: true, withOtherUsers: true };
    const willing = guardOf({ kind, url: api.url, typed: [api.url], ...all });
    await willing.admit({ url: api.url, ...keys }, planned(flags));
  });

  test('is not asked about rooms whose names are unique to the run', async () => {
    await using api = await answering(500, 'broken');
    const guard = guardOf({ url: api.url });
    await guard.admit({ url: api.url, ...keys }, planned({ rooms: '3' }));
    expect(api.asked).toBe(0);
  });
});

/** A web server that is not livekit-server. */
const answering = async (status: number, body: string) => {
  const seen = { asked: 0 };
  const server = createServer((_, response) => {
    seen.asked++;
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}`,
    get asked() {
      return seen.asked;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
