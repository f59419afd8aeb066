import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allGone } from '@livekit-swarm/testkit/processes';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { execa } from 'execa';
import { IngressClient, IngressInput, RoomServiceClient } from 'livekit-server-sdk';
import { expect, test } from 'vitest';
import { startCluster } from '../src/cluster/start-cluster.ts';

await skipWithout('ingress', 'redis', 'ffmpeg');

/** Arguments of ffmpeg for a small live picture and a tone. */
const STREAM = [
  ...['-loglevel', 'error', '-re', '-f', 'lavfi', '-i', 'testsrc=size=160x120:rate=10'],
  ...['-re', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'],
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '20'],
  ...['-pix_fmt', 'yuv420p', '-c:a', 'aac', '-f', 'flv'],
];

/** Processes of single streams, which any thread may have started. */
const childrenOf = async (pid: number): Promise<number[]> => {
  const tasks = await readdir(`/proc/${pid}/task`);
  const lists = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => '')),
  );
  return lists.flatMap((list) => (list.match(/\d+/g) ?? []).map(Number));
};

test('a lab publishes RTMP as a participant, and leaves nothing behind', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'swarm-ingress-'));
  await using cluster = await startCluster({ dir, nodes: 1, with: ['ingress'] });
  const { httpUrl, apiKey, apiSecret } = cluster;
  const ingresses = new IngressClient(httpUrl, apiKey, apiSecret);
  const rooms = new RoomServiceClient(httpUrl, apiKey, apiSecret);
  const { url, streamKey, ingressId } = await ingresses.createIngress(IngressInput.RTMP_INPUT, {
    name: 'test',
    roomName: 'station',
    participantIdentity: 'dj',
  });
  expect(url).toBe(`${cluster.service('ingress').url}/x`);
  const kinds = async (): Promise<number> =>
    (await rooms.listParticipants('station').catch(() => []))
      .filter(({ identity }) => identity === 'dj')
      .flatMap(({ tracks }) => tracks).length;

  const encoder = execa('ffmpeg', [...STREAM, `${url}/${streamKey}`], { reject: false });
  await expect.poll(kinds, { timeout: 20_000 }).toBe(2);
  expect(await (await fetch(cluster.ingressMetricsUrl ?? '')).text()).toMatch(
    /livekit_ingress_requests\{.*type="rtmp".*\} 1/,
  );
  const own = cluster.service('ingress').pid ?? 0;
  const pids = [own, ...(await childrenOf(own))];
  expect(pids.length).toBeGreaterThan(1);

  encoder.kill('SIGKILL');
  await encoder;
  await expect.poll(kinds, { timeout: 20_000 }).toBe(0);
  await ingresses.deleteIngress(ingressId);
  await cluster.stop();
  expect(await allGone(pids)).toBe(true);
  for (const file of ['ingress/ingress.yaml', 'ingress.log'])
    expect(await readFile(join(dir, file), 'utf8'), file).not.toContain(apiSecret);
  await rm(dir, { recursive: true });
});

test('a lab does not start with another program as ingress', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'swarm-ingress-'));
  const env = { ...process.env, SWARM_INGRESS: process.execPath };
  await expect(startCluster({ dir, nodes: 1, with: ['ingress'], env })).rejects.toMatchObject({
    code: 'no_program',
    hint: expect.stringContaining('ingress'),
  });
  await rm(dir, { recursive: true });
});
