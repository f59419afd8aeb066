import { type AddressInfo, createServer } from 'node:net';
import { type LiveKitConfig, type LiveKitServer, startLiveKit } from '@livekit-swarm/lab';
import { afterAll, describe, expect, it } from 'vitest';
import { resultOf, runSwarm, scratch } from '../support/swarm.ts';

const servers: LiveKitServer[] = [];
afterAll(async () => {
  for (const server of servers) await server.stop();
});

const serve = async (config: LiveKitConfig = {}): Promise<LiveKitServer> => {
  const server = await startLiveKit({ dir: scratch(), config });
  servers.push(server);
  return server;
};

/** An address that was free a moment ago. */
const unusedAddress = async (): Promise<string> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `ws://127.0.0.1:${port}`;
};

const keysOf = ({ apiKey, apiSecret }: LiveKitServer) => ({
  LIVEKIT_API_KEY: apiKey,
  LIVEKIT_API_SECRET: apiSecret,
});
const KEYS = { LIVEKIT_API_KEY: 'key', LIVEKIT_API_SECRET: 'a-secret-that-must-never-be-shown' };

describe('a deployment that cannot be used', () => {
  it('is not there: exit 3, with the address and what to check', async () => {
    const url = await unusedAddress();
    const { exit, stdout, stderr } = await runSwarm(['--url', url], KEYS);
    expect(exit).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /error: cannot reach http:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED.*\)\n {2}→ check that the server runs/,
    );
  });

  it('prints one object with --json all the same', async () => {
    const outcome = await runSwarm(['--url', await unusedAddress(), '--json', '--quiet'], KEYS);
    expect(resultOf(outcome)).toMatchObject({
      verdict: 'failed',
      exitCode: 3,
      error: { code: 'unreachable' },
    });
    expect(outcome.stdout + outcome.stderr).not.toContain(KEYS.LIVEKIT_API_SECRET);
  });

  it('is something else than LiveKit', async () => {
    const server = await serve();
    const { exit, stderr } = await runSwarm(
      ['--url', server.metricsUrl.replace('/metrics', '')],
      KEYS,
    );
    expect(exit).toBe(3);
    expect(stderr).toMatch(
      /did not answer as livekit-server does \(HTTP 200\)\n {2}→ check host, port and path/,
    );
  });

  it('knows another secret', async () => {
    const server = await serve();
    const { exit, stderr } = await runSwarm(['--url', server.url], {
      ...KEYS,
      LIVEKIT_API_KEY: server.apiKey,
    });
    expect(exit).toBe(3);
    expect(stderr).toMatch(
      /does not accept the token \(HTTP 401.*\)\n {2}→ check the API key and secret/,
    );
    expect(stderr).not.toMatch(/eyJ|a-secret-that/);
  });

  it('is full for some: they are counted by their reason, and the run fails', async () => {
    const server = await serve({ limit: { num_tracks: 4 } });
    const outcome = await runSwarm(
      ['--url', server.url, '--rooms', '6', '--join-rate', '2', '--duration', '2s', '--json'],
      keysOf(server),
    );
    const result = resultOf(outcome);
    expect(outcome.exit).toBe(99);
    expect(result.verdict).toBe('failed');
    expect(result.joins.failed).toBeGreaterThan(0);
    expect(result.joins.failureReasons[0]).toMatchObject({ reason: 'server_full' });
    expect(result.reasons[0]?.text).toMatch(/rejected \d+ of 12 joins/);
  });

  it('lets only some into a room', async () => {
    const server = await serve({ room: { max_participants: 2 } });
    const outcome = await runSwarm(
      [
        '--url',
        server.url,
        '--room',
        'small',
        '--participants',
        '4',
        '--join-rate',
        '2',
        '--duration',
        '2s',
        '--json',
      ],
      keysOf(server),
    );
    expect(outcome.exit).toBe(99);
    expect(resultOf(outcome).joins).toMatchObject({
      joined: 2,
      failed: 2,
      failureReasons: [{ reason: 'room_full', count: 2 }],
    });
  });
});
