import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ProbeRequest } from '@livekit-swarm/probe';
import { afterEach, expect, it } from 'vitest';
import { observation } from '../../../../probe/test/support/observations.ts';
import type { ProbeTarget } from './probe-target.ts';
import { createProber } from './prober.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/**
 * Create a prober whose probes all succeed, with one node that reports its id while `reportsId`
 * returns true.
 */
const proberOf = async (reportsId: () => boolean) => {
  const server = createServer((_request, response) => {
    response.end(
      reportsId() ? 'livekit_room_total{node_id="ND_one",node_type="SERVER"} 0\n' : 'no metrics\n',
    );
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = 'ws://127.0.0.1:1';
  const node = {
    name: 'node-1',
    url,
    metricsUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`,
  };
  const target = {
    name: 'lab',
    url,
    apiKey: '',
    apiSecret: '',
    nodes: [node],
    isAllowedUrl: () => false,
    redisUrl: null,
  };
  const destination: ProbeTarget = { target, node, url, module: observation('audio_pair').module };
  const [log, nodeIds]: [string[], (string | null)[]] = [[], []];
  const run = async ({ nodeId }: ProbeRequest) => {
    nodeIds.push(nodeId);
    return observation('audio_pair');
  };
  const prober = createProber({
    maxConcurrent: 1,
    maxQueued: 1,
    log: (line) => log.push(line),
    error: (line) => log.push(line),
    run,
  });
  const probe = (budgetMs: number) =>
    prober.probe(destination, budgetMs, new AbortController().signal);
  return { probe, log, nodeIds };
};

it('assigns the room to the probed node with any time limit', async () => {
  const { probe, log, nodeIds } = await proberOf(() => true);
  for (const budgetMs of [30_000, 4_000, 3_501, 2_333.3, 900]) await probe(budgetMs);
  expect(nodeIds).toEqual(Array(5).fill('ND_one'));
  expect(log).toEqual([]);
});

it('logs once that a node does not report its id, and probes it anyway', async () => {
  let says = false;
  const { probe, log, nodeIds } = await proberOf(() => says);
  for (let i = 0; i < 3; i++) await probe(5_000);
  expect(log).toEqual([expect.stringContaining('node-1: node ID unknown')]);
  says = true;
  await probe(5_000);
  says = false;
  await probe(5_000);
  expect(log).toHaveLength(2);
  expect(nodeIds).toEqual([null, null, null, 'ND_one', null]);
});
