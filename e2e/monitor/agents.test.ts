/** `swarm exporter` next to voice agents: workers, jobs, and rooms that wait for an agent. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startLiveKit } from '@livekit-swarm/lab';
import { parseExposition, type Series, sumOf } from '@livekit-swarm/testkit/exposition';
import { AgentDispatchClient, RoomServiceClient } from 'livekit-server-sdk';
import { expect, it } from 'vitest';
import { accessTo } from '../support/callers.ts';
import { type Swarm, scratch, startSwarm } from '../support/swarm.ts';

const addressIn = async (swarm: Swarm, words: RegExp): Promise<string> => {
  await swarm.says(words);
  return words.exec(swarm.stderr())?.[1] ?? '';
};

it('workers, jobs and rooms without an agent are metrics, and a killed worker is down', async () => {
  await using server = await startLiveKit({ dir: scratch() });
  const work = (): Swarm =>
    startSwarm(
      ['agents', 'worker', '--agent', 'support', '--max-jobs', '4', '--health', ':0'],
      accessTo(server),
    );
  const workers = [work(), work()] as const;
  const urls = await Promise.all(workers.map((one) => addressIn(one, /pages at (\S+)/)));
  const dir = scratch();
  const config = join(dir, 'exporter.yaml');
  writeFileSync(
    config,
    `listen: 127.0.0.1:0
targets:
  lab: { url: "${server.url}", apiKey: { env: LIVEKIT_API_KEY }, apiSecret: { env: LIVEKIT_API_SECRET } }
agents:
  interval: 1s
  lostAfter: 2s
  workers:
    support: { urls: [${urls.join(', ')}], maxJobs: 4 }
`,
  );
  const exporter = startSwarm(['exporter', '--config', config], accessTo(server));
  const url = await addressIn(exporter, /listening on (https?:\S+?);/);
  const series = async (): Promise<Series[]> =>
    parseExposition(await (await fetch(`${url}/metrics`)).text());
  const figure = async (
    name: string,
    labels: Record<string, string> = {},
  ): Promise<number | undefined> => sumOf(await series(), `livekit_swarm_agents_${name}`, labels);
  const becomes = (name: string, labels: Record<string, string>, value: number) =>
    expect
      .poll(() => figure(name, labels), {
        timeout: 30_000,
        interval: 250,
        message: `${name} ${JSON.stringify(labels)}\n${exporter.stderr()}`,
      })
      .toBe(value);

  await becomes('workers', { pool: 'support', state: 'up' }, 2);
  expect(await figure('worker_load_ratio')).toBe(0);
  expect(await figure('worker_info', { agent: 'support' })).toBe(2);

  const rooms = new RoomServiceClient(server.httpUrl, server.apiKey, server.apiSecret);
  const dispatches = new AgentDispatchClient(server.httpUrl, server.apiKey, server.apiSecret);
  for (const [name, agent] of [
    ['call-1', 'support'],
    ['call-2', 'support'],
    ['call-3', 'absent'],
  ] as const) {
    await rooms.createRoom({ name, emptyTimeout: 300 });
    await dispatches.createDispatch(name, agent);
  }
  await becomes('jobs', { target: 'lab', agent: 'support', state: 'running' }, 2);
  await becomes('participants', { target: 'lab' }, 2);
  await becomes('worker_jobs', { pool: 'support' }, 2);
  await becomes('rooms_waiting', { agent: 'absent' }, 1);
  await becomes('jobs_lost_total', { agent: 'absent' }, 1);
  expect(await figure('rooms_waiting', { agent: 'support' })).toBe(0);
  expect(await figure('jobs_lost_total', { agent: 'support' })).toBe(0);

  workers[0].signal('SIGKILL');
  await becomes('workers', { pool: 'support', state: 'down' }, 1);
  expect(await figure('workers', { pool: 'support', state: 'up' })).toBe(1);
  const worker = new URL(urls[0] ?? '').host;
  expect(await figure('worker_up', { worker })).toBe(0);
  expect(await figure('worker_jobs', { worker })).toBeUndefined();
});
