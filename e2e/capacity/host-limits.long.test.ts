/**
 * Limits of a node from outside its process: memory, and the table of tracked connections of its host. The search has to name each. CPU quotas are in
 * `capacity.long.test.ts`.
 */
import { join } from 'node:path';
import { type CapacityResult, capacitySchema } from '@livekit-swarm/analysis/capacity';
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab/choices';
import { whyNoControlGroup } from '@livekit-swarm/testkit/control-group';
import { missing } from '@livekit-swarm/testkit/requirements';
import { expect, test } from 'vitest';
import { findCapacity, scenarioFile } from '../support/capacity.ts';
import { openNetwork, whyNoNetwork } from '../support/network.ts';
import { serveOn } from '../support/serve-on.ts';
import { scratch, startSwarm } from '../support/swarm.ts';
import { exportHost, trackConnections } from '../support/tracked-host.ts';

const MINUTES = 60_000;
const calls = { name: 'calls', senders: 2 };
/** Few runs: the cause is asked for, not the exact limit. */
const COARSE = ['--resolution', '50%'];

const noMemoryLimit = await whyNoControlGroup('memory');
const noNamespace = (await whyNoNetwork()) ?? (await missing('conntrack', 'node-exporter'));

test('a limit of memory is named, with the limit', { timeout: 6 * MINUTES }, async ({ skip }) => {
  skip(noMemoryLimit !== null, noMemoryLimit ?? '');
  const { exit, result, stderr } = await findCapacity(scenarioFile(calls), [
    ...['--server', `${DEFAULT_LIVEKIT_VERSION}@memory=80MB`, '--start', '4', ...COARSE],
  ]);
  expect(exit, stderr).toBe(0);
  show(result);
  expect(result.cause?.code).toBe('memory');
  const { outOfMemory = false, reached } = result.cause ?? {};
  expect(outOfMemory || (reached?.share ?? 0) >= 0.9).toBe(true);
});

test('a full table of tracked connections is named, as node_exporter reports it', {
  timeout: 8 * MINUTES,
}, async ({ skip }) => {
  skip(noNamespace !== null, noNamespace ?? '');
  await using network = await openNetwork();
  const { server, generator } = network;
  const { url, apiKey, apiSecret, ports } = await serveOn(
    server,
    DEFAULT_LIVEKIT_VERSION,
    scratch(),
  );
  await using _tracked = await trackConnections(server, 90);
  await using exporter = await exportHost(server);
  const swarm = startSwarm(
    [
      ...['capacity', scenarioFile(calls), '--step-duration', '9s', '--start', '8', ...COARSE],
      ...['--url', url, '--server-metrics', `http://${server.address}:${ports.metrics}/metrics`],
      ...['--host-metrics', exporter.url, '--node-cores', '2'],
      ...['--record', join(scratch(), 'capacity'), '--json'],
    ],
    { LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret },
    undefined,
    generator.through,
  );
  expect(await swarm.ended, swarm.stderr()).toBe(0);
  const result = capacitySchema.parse(JSON.parse(swarm.stdout()));
  show(result);
  expect(result.cause?.code).toBe('conntrack');
  expect(result.cause?.reached?.packets).toBeGreaterThan(0);
});

const show = ({ carried, exceeded, cause, steps }: CapacityResult): void =>
  console.log(JSON.stringify({ carried, exceeded, cause, steps: steps.length }));
