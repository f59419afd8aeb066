/**
 * Probes two copies of one room, as after a loss of data in Redis: two independent servers with the
 * same keys behind one address that alternates between them. Each participant is connected, and
 * alone in its copy of the room.
 */
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { generateCredentials, startLiveKit } from '@livekit-swarm/lab';
import { sumOf } from '@livekit-swarm/testkit/exposition';
import { expect, it } from 'vitest';
import { scratch, startProbing } from './support/probing.ts';

/** Start a proxy that forwards connections to the ports in turn. */
const byTurns = async (ports: readonly number[]) => {
  let turn = 0;
  const server = createServer((client) => {
    const upstream = connect(ports[turn++ % ports.length] ?? 0, '127.0.0.1');
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) {
      socket.on('error', () => {
        client.destroy();
        upstream.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
};

it('detects split brain: both participants joined, neither knows the other', async () => {
  const dir = await scratch();
  const credentials = generateCredentials();
  await using one = await startLiveKit({ dir: join(dir, 'one'), credentials });
  await using two = await startLiveKit({ dir: join(dir, 'two'), credentials });
  const balancer = await byTurns([one.ports.http, two.ports.http]);
  try {
    const target = {
      name: 'split',
      url: `ws://127.0.0.1:${balancer.port}`,
      ...credentials,
      nodes: [],
      isAllowedUrl: () => false,
      redisUrl: null,
    };
    await using probing = await startProbing([target]);
    const { series } = await probing.ask('target=split&module=audio_pair');
    expect(sumOf(series, 'livekit_swarm_probe_success')).toBe(0);
    expect(
      series
        .filter(({ name }) => name === 'livekit_swarm_probe_failure')
        .map(({ labels }) => labels.reason),
    ).toEqual(['participant_missing']);
    for (const side of ['a', 'b']) {
      expect(sumOf(series, 'livekit_swarm_probe_remote_participants', { side })).toBe(0);
      expect(sumOf(series, 'livekit_swarm_probe_media_received', { side })).toBe(0);
      // No other failure is reported.
      expect(
        sumOf(series, 'livekit_swarm_probe_phase_seconds', { phase: 'dtls', side }),
      ).toBeLessThan(5);
    }
    const nodes = series
      .filter(({ name }) => name === 'livekit_swarm_probe_node_info')
      .map(({ labels }) => labels.node_id);
    expect(new Set(nodes).size).toBe(2);
  } finally {
    balancer.close();
    await rm(dir, { recursive: true, force: true });
  }
});
