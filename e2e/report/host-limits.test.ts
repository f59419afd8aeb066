/** A run whose server lacks something that its process does not show: the report names it, also where the load generator was busy. */
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab/choices';
import { whyNoControlGroup } from '@livekit-swarm/testkit/control-group';
import { missing } from '@livekit-swarm/testkit/requirements';
import { expect, test } from 'vitest';
import { scenarioFile } from '../support/capacity.ts';
import { openNetwork, whyNoNetwork } from '../support/network.ts';
import { serveOn } from '../support/serve-on.ts';
import { resultOf, runSwarm, scratch, startSwarm } from '../support/swarm.ts';
import { exportHost, trackConnections } from '../support/tracked-host.ts';

const noMemoryLimit = await whyNoControlGroup('memory');
const noNamespace = (await whyNoNetwork()) ?? (await missing('conntrack', 'node-exporter'));

const calls = (joinRate: number) => scenarioFile({ name: 'calls', senders: 2, joinRate });

test('a server that the kernel ended at its memory limit', async ({ skip }) => {
  skip(noMemoryLimit !== null, noMemoryLimit ?? '');
  const server = `${DEFAULT_LIVEKIT_VERSION}@memory=80MB`;
  const flags = ['--scale', '30', '--server', server, '--json', '--quiet'];
  const outcome = await runSwarm(['run', calls(3), ...flags]);
  expect(outcome.exit, outcome.stderr).toBe(99);
  const result = resultOf(outcome);
  const died = { code: 'server_died', reason: 'out_of_memory' };
  expect(result).toMatchObject({ notes: expect.arrayContaining([expect.objectContaining(died)]) });
  // The first joins may take the server from its idle size (36 MB) to the limit before the second reading.
  const { memoryLimitBytes, memoryUsed } = result.serverMetrics?.nodes[0]?.host ?? {};
  expect(memoryLimitBytes, 'whole pages').toBeCloseTo(80_000_000, -5);
  expect(memoryUsed?.max).toBeGreaterThan(0.25);
});

test('a host whose table of tracked connections is full, as node_exporter reports it', async ({
  skip,
}) => {
  skip(noNamespace !== null, noNamespace ?? '');
  await using network = await openNetwork();
  const { server, generator } = network;
  const served = await serveOn(server, DEFAULT_LIVEKIT_VERSION, scratch());
  await using _tracked = await trackConnections(server, 40);
  await using exporter = await exportHost(server);
  const metrics = `http://${server.address}:${served.ports.metrics}/metrics`;
  const swarm = startSwarm(
    [
      ...['run', calls(20), '--scale', '20', '--url', served.url, '--json', '--quiet'],
      ...['--server-metrics', metrics, '--host-metrics', exporter.url],
    ],
    { LIVEKIT_API_KEY: served.apiKey, LIVEKIT_API_SECRET: served.apiSecret },
    undefined,
    generator.through,
  );
  await swarm.ended;
  const result = resultOf({ stdout: swarm.stdout() });
  const full = { code: 'node_at_limit', resource: 'conntrack', node: expect.any(String) };
  expect(result, swarm.stderr()).toMatchObject({
    notes: expect.arrayContaining([expect.objectContaining(full)]),
    serverMetrics: { nodes: [{ host: { cores: expect.any(Number) } }] },
  });
  const [node] = result.serverMetrics?.nodes ?? [];
  expect(node).toMatchObject({ sources: expect.arrayContaining(['metrics', 'host']) });
});
