/** A host whose packets to Redis are dropped, but not those to LiveKit: network namespaces as hosts. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab';
import { holdTable } from '@livekit-swarm/testkit/nft';
import { expect, test } from 'vitest';
import { type Host, openNetwork, whyNoNetwork } from '../support/network.ts';
import { stillThere } from '../support/processes.ts';
import { serveOn } from '../support/serve-on.ts';
import { joinsInLog } from '../support/server-sessions.ts';
import { resultOf, scratch, startSwarm } from '../support/swarm.ts';

const PORT = 6379;
const PASSWORD = randomBytes(16).toString('hex');

/** A Redis that ends with the network of its host. */
const startRedisOn = async ({
  address,
  through,
  run,
}: Host): Promise<{ keysOfRuns(): Promise<string[]> }> => {
  const [program, ...args] = through;
  const options = [
    '--port',
    String(PORT),
    '--bind',
    address,
    '--save',
    '',
    '--requirepass',
    PASSWORD,
  ];
  spawn(program, [...args, 'redis-server', ...options], { stdio: 'ignore', cwd: scratch() });
  const ask = (...words: string[]): Promise<string> =>
    run('redis-cli', [
      '-h',
      address,
      '-p',
      String(PORT),
      '--no-auth-warning',
      '-a',
      PASSWORD,
      ...words,
    ]);
  await expect.poll(() => ask('ping').catch(() => ''), { timeout: 5_000 }).toContain('PONG');
  return {
    keysOfRuns: async () =>
      (await ask('keys', '*'))
        .split('\n')
        .filter((key) => key !== '' && !key.startsWith('swarm:agent:')),
  };
};

test('a host that does not reach Redis is named, and no shard is executed twice', async ({
  skip,
}) => {
  const why = await whyNoNetwork();
  skip(why !== null, why ?? '');
  await using network = await openNetwork();
  const { server, generator } = network;
  const dir = scratch();
  const served = await serveOn(server, DEFAULT_LIVEKIT_VERSION, dir);
  const redis = await startRedisOn(server);
  const env = {
    LIVEKIT_URL: served.url,
    LIVEKIT_API_KEY: served.apiKey,
    LIVEKIT_API_SECRET: served.apiSecret,
    SWARM_QUEUE: `redis://:${PASSWORD}@${server.address}:${PORT}`,
    SWARM_QUEUE_KEY: randomBytes(32).toString('base64'),
  };
  const agentOn = ({ through }: Host, place: string) =>
    startSwarm(['host', '--label', `place=${place}`], env, scratch(), through);
  const agents = [agentOn(server, 'near'), agentOn(generator, 'far')] as const;
  await Promise.all(agents.map((agent) => agent.says(/ready: /)));
  const [, far] = agents;

  const load = ['--rooms', '4', '--duration', '14s', '--processes', '4', '--json'];
  const run = startSwarm(load, env, scratch(), server.through);
  await run.says(/steady 8\/8 in/);
  const hosted = far.processes().filter(({ pid }) => pid !== far.pid);
  const cut = await holdTable(
    server.through,
    'swarm_fault',
    `chain fault { type filter hook input priority 0; policy accept; ip saddr ${generator.address} tcp dport ${PORT} drop; }`,
  );
  const exit = await run.ended;
  const result = resultOf({ stdout: run.stdout() });
  expect(exit).toBe(98);
  expect(result.generator.findings).toContainEqual(
    expect.objectContaining({
      ...{ code: 'host_lost', value: 2 },
      text: expect.stringMatching(
        /no message for 4 s: the host is gone, stopped, or does not reach/,
      ),
    }),
  );
  expect(result).toMatchObject({
    hosts: expect.arrayContaining([
      expect.objectContaining({ labels: { place: 'far' }, lost: expect.any(String) }),
      expect.objectContaining({ labels: { place: 'near' }, lost: null }),
    ]),
  });
  // The agent knows as well: its participants have left.
  expect(hosted).toHaveLength(2);
  await expect.poll(() => hosted.filter(stillThere), { timeout: 12_000 }).toEqual([]);
  await cut.release();
  const idle = async (): Promise<number> => {
    const workers = startSwarm(['hosts', '--json'], env, scratch(), server.through);
    await workers.ended;
    return (JSON.parse(workers.stdout()) as { run: string | null }[]).filter(
      (one) => one.run === null,
    ).length;
  };
  await expect.poll(idle, { timeout: 30_000 }).toBe(2);
  // Nothing of the run is taken up again, and nothing stays: what the host had sent during the cut, such as a check of BullMQ's locks, arrives
  // after the run was removed and may make a key of it, which agents remove at their next housekeeping.
  await sleep(2_000);
  await expect.poll(redis.keysOfRuns, { timeout: 30_000 }).toEqual([]);
  const joins = joinsInLog(join(dir, 'livekit-server.log'));
  expect(joins).toHaveLength(8);
  expect(new Set(joins).size).toBe(8);
});
