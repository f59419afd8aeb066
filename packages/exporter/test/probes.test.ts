/** Probes with tokens of the application, of single nodes, and at a URL: two nodes behind a load balancer, with Redis. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { parseServerUrl } from '@livekit-swarm/livekit';
import { sumOf } from '@livekit-swarm/testkit/exposition';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { AccessToken } from 'livekit-server-sdk';
import { describe, expect, it } from 'vitest';
import { readPattern } from '../src/config/url-pattern.ts';
import { nodeOf, probedCluster } from './support/probed-cluster.ts';
import { expectNoRooms, startProbing, targetOf } from './support/probing.ts';

const cluster = probedCluster(await skipWithout('redis', 'haproxy'));
const node = (index: 0 | 1) => nodeOf(cluster(), index);

describe('a healthy cluster', () => {
  it('is probed with tokens of the application, and shows when it refuses them', async () => {
    const asked: { room: string; identity: string; authorization: string | undefined }[] = [];
    let status = 200;
    const application = createServer(async (request, response) => {
      const body = JSON.parse(await text(request)) as Record<string, string>;
      const { room_name: room = '', participant_identity: identity = '' } = body;
      asked.push({ room, identity, authorization: request.headers.authorization });
      const token = new AccessToken(cluster().apiKey, cluster().apiSecret, { identity, ttl: 60 });
      token.addGrant({ roomJoin: true, room });
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({ server_url: cluster().url, participant_token: await token.toJwt() }),
      );
    });
    application.listen(0, '127.0.0.1');
    await once(application, 'listening');
    try {
      const { port } = application.address() as AddressInfo;
      const tokenEndpoint = {
        url: `http://127.0.0.1:${port}/token`,
        headers: { Authorization: 'Bearer of-the-application' },
        hosts: [parseServerUrl(cluster().url).host],
      };
      await using probing = await startProbing([targetOf(cluster(), { tokenEndpoint })]);
      const good = await probing.ask('target=lab&module=join_only');
      expect(sumOf(good.series, 'livekit_swarm_probe_success'), good.text).toBe(1);
      expect(asked).toHaveLength(2);
      for (const { room, authorization } of asked) {
        expect(room).toMatch(/^swarm-probe-/);
        expect(authorization).toBe('Bearer of-the-application');
      }
      status = 503;
      const bad = await probing.ask('target=lab&module=join_only');
      expect(sumOf(bad.series, 'livekit_swarm_probe_success')).toBe(0);
      expect(sumOf(bad.series, 'livekit_swarm_probe_failure', { reason: 'token' })).toBe(1);
      expect(probing.log.join('\n')).not.toContain('of-the-application');
      // For probes of single nodes, the exporter makes the tokens.
      const direct = await probing.ask('target=lab&module=join_only&node=node-1');
      expect(sumOf(direct.series, 'livekit_swarm_probe_success')).toBe(1);
      await expectNoRooms(cluster());
    } finally {
      application.close();
    }
  });

  it('is probed per node: the room is assigned to the node', async () => {
    await using probing = await startProbing([targetOf(cluster())]);
    const told = await Promise.all(
      [node(0), node(1)].map(async ({ name, metricsUrl }) => {
        const { series } = await probing.ask(`target=lab&module=join_only&node=${name}`);
        expect(sumOf(series, 'livekit_swarm_probe_success')).toBe(1);
        const [, id] = /node_id="(ND_\w+)"/.exec(await (await fetch(metricsUrl)).text()) ?? [];
        expect(
          series
            .filter((one) => one.name === 'livekit_swarm_probe_node_info')
            .map(({ labels }) => labels.node_id),
        ).toEqual([id, id]);
        return id;
      }),
    );
    expect(new Set(told).size).toBe(2);
  });

  it('is probed at a URL only if the configuration allows it', async () => {
    const { port } = new URL(node(0).url);
    await using probing = await startProbing([
      targetOf(cluster(), { isAllowedUrl: readPattern(`ws://127.0.0.*:${port}`) }),
    ]);
    expect(
      sumOf(
        (await probing.ask(`target=${encodeURIComponent(node(0).url)}&module=join_only`)).series,
        'livekit_swarm_probe_success',
      ),
    ).toBe(1);
    for (const url of [node(1).url, `ws://localhost:${port}`, 'http://169.254.169.254']) {
      expect(await probing.ask(`target=${encodeURIComponent(url)}&module=join_only`)).toMatchObject(
        { status: 400 },
      );
    }
  });
});
