/**
 * `swarm capacity` and `swarm soak` behind a real nginx that blocks the API at the URL of
 * signalling and passes it at another. Every run creates its room through the API. Ctrl-C ends
 * each search after one run, so that no result depends on how busy the host is.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { capacitySchema } from '@livekit-swarm/analysis/capacity';
import { type LiveKitServer, startLiveKit } from '@livekit-swarm/lab';
import type { SoakReport } from '@livekit-swarm/report/soak';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, test } from 'vitest';
import { scenarioFile } from '../support/capacity.ts';
import { openNginx, UPGRADE } from '../support/nginx.ts';
import { runSwarm, type Swarm, scratch, startSwarm } from '../support/swarm.ts';

await skipWithout('nginx');

interface SplitDeployment extends AsyncDisposable {
  /** URL of signalling; the API answers 403 there. */
  url: string;
  apiUrl: string;
  env: Record<string, string>;
  server: LiveKitServer;
  /** Returns the paths of all API calls so far: `/api/twirp/…` or `/signalling/twirp/…`. */
  apiCalls(): string[];
}

const openDeployment = async (): Promise<SplitDeployment> => {
  const config = { room: { auto_create: false } };
  const server = await startLiveKit({ dir: scratch(), config });
  const log = join(scratch(), 'api.log');
  const nginx = await openNginx(`
location /signalling/ { proxy_pass ${server.httpUrl}/; ${UPGRADE} }
location /signalling/twirp/ { access_log ${log}; return 403; }
location /api/twirp/ { access_log ${log}; proxy_pass ${server.httpUrl}/twirp/; }
`);
  return {
    url: `ws://127.0.0.1:${nginx.port}/signalling`,
    apiUrl: `http://127.0.0.1:${nginx.port}/api`,
    env: { LIVEKIT_API_KEY: server.apiKey, LIVEKIT_API_SECRET: server.apiSecret },
    server,
    apiCalls: () =>
      [...readFileSync(log, 'utf8').matchAll(/"POST (\S+)/g)].map(([, path = '']) => path),
    [Symbol.asyncDispose]: async () => {
      await nginx[Symbol.asyncDispose]();
      await server.stop();
    },
  };
};

const interrupt = async (swarm: Swarm): Promise<void> => {
  swarm.signal('SIGINT');
  expect(await swarm.ended, swarm.stderr()).toBe(130);
};

/** The guard lists rooms, and each run creates and deletes its own. */
const expectCallsAtApiUrl = (calls: readonly string[]): void => {
  expect(calls.filter((path) => !path.startsWith('/api/'))).toEqual([]);
  for (const method of ['ListRooms', 'CreateRoom', 'DeleteRoom'])
    expect(calls).toContain(`/api/twirp/livekit.RoomService/${method}`);
};

test.each(['capacity', 'soak'])('%s names --api-url when the API is blocked', async (command) => {
  await using deployment = await openDeployment();
  const { url, env, server } = deployment;
  const args =
    command === 'capacity'
      ? [scenarioFile({ name: 'calls', senders: 2 })]
      : ['--server-metrics', server.metricsUrl];
  const { exit, stderr } = await runSwarm([command, ...args, '--url', url], env);
  expect(exit, stderr).toBe(2);
  expect(stderr).toMatch(/twirp was blocked by nginx[\s\S]*--api-url/);
});

test('capacity calls the API at --api-url', async () => {
  await using deployment = await openDeployment();
  const { url, apiUrl, env } = deployment;
  const calls = scenarioFile({ name: 'calls', senders: 2 });
  const swarm = startSwarm(
    ['capacity', calls, '--url', url, '--api-url', apiUrl, '--max', '1', '--json'],
    env,
  );
  await swarm.says(/steady.* 2\/2 in/, 120_000);
  await interrupt(swarm);
  const { end, steps } = capacitySchema.parse(JSON.parse(swarm.stdout()));
  expect({ end, first: steps[0] }).toMatchObject({
    end: 'interrupted',
    first: { load: 1, measured: { joined: 2 } },
  });
  expectCallsAtApiUrl(deployment.apiCalls());
});

test('soak calls the API at --api-url', async () => {
  await using deployment = await openDeployment();
  const { url, apiUrl, env, server } = deployment;
  const swarm = startSwarm(
    [
      ...['soak', '--url', url, '--api-url', apiUrl, '--server-metrics', server.metricsUrl],
      ...['--rooms', '1', '--participants', '2', '--duration', '2s', '--departures', 'leave'],
      ...['--settle', '10s', '--json'],
    ],
    env,
  );
  await swarm.says(/cycle 1: 2 joins, leave/, 120_000);
  await interrupt(swarm);
  const { result } = JSON.parse(swarm.stdout()) as SoakReport;
  expect(result.cycles[0]).toMatchObject({ joins: 2, joinsFailed: 0 });
  expectCallsAtApiUrl(deployment.apiCalls());
});
