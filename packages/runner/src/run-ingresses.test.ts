import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LoadGuard, readHostRules } from '@livekit-swarm/livekit';
import { expandPlan, parseScenario } from '@livekit-swarm/scenario';
import { expect, onTestFinished, test } from 'vitest';
import { createRunIngresses } from './run-ingresses.ts';

const textOf = (way: 'rtmp' | 'whip'): string => `scenario: channel
groups:
  channel:
    executor: constant-rooms
    rooms: 1
    duration: 60s
    roles: { dj: { publish: audio, ingress: ${way} }, listener: { count: 1 } }
`;
const plansOf = (way: 'rtmp' | 'whip') =>
  expandPlan(parseScenario(textOf(way), { file: 'channel.yaml' }), 'x').participants;
const participants = plansOf('rtmp');
const DJ = participants.find(({ role }) => role === 'dj')?.identity;

const GUARD = LoadGuard.ofOwnServer(readHostRules({ denyHost: ['*.prod.example.com'] }, {}), 'run');

/** An API of ingress. @param create answer to a creation; null: none, but the stream is created */
const api = async (create: { url: string } | null) => {
  const streams = new Set<string>();
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const part of request) text += String(part);
    const asked = JSON.parse(text) as { ingressId?: string; ingress_id?: string };
    const stream = { ingressId: 'IN_1', name: DJ, streamKey: 'key', ...create };
    const others = { ingressId: 'IN_2', name: 'another-encoder' };
    response.setHeader('content-type', 'application/json');
    switch (request.url?.split('/').at(-1)) {
      case 'CreateIngress':
        streams.add('IN_1');
        if (create === null) return request.socket.destroy();
        return response.end(JSON.stringify(stream));
      case 'ListIngress':
        return response.end(JSON.stringify({ items: [others, stream] }));
      default:
        streams.delete(asked.ingressId ?? asked.ingress_id ?? '');
        return response.end(JSON.stringify(stream));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const target = { url, apiKey: 'key', apiSecret: 'secret-of-a-sufficient-length-000' };
  return {
    streams,
    ingresses: createRunIngresses(target, GUARD, { elapsedMs: () => 0 }, () => {}),
  };
};

test('a stream is deleted that was created without an answer', async () => {
  const { streams, ingresses } = await api(null);
  await expect(ingresses.create(participants, true)).rejects.toMatchObject({
    code: 'ingress_not_created',
  });
  expect([...streams]).toEqual(['IN_1']);
  expect(await ingresses.delete()).toBe(0);
  expect([...streams]).toEqual([]);
});

test('a stream without an RTMP address ends the run, because ffmpeg would write to a file', async () => {
  const { streams, ingresses } = await api({ url: '' });
  await expect(ingresses.create(participants, true)).rejects.toMatchObject({
    message: expect.stringContaining('no RTMP address'),
    hint: expect.stringContaining('ingress.rtmp_base_url'),
  });
  for (const plan of participants) expect(ingresses.of(plan)).toBeUndefined();
  expect(await ingresses.delete()).toBe(0);
  expect([...streams]).toEqual([]);
});

test('a stream without a WHIP address ends the run, and names the setting that is missing', async () => {
  const { ingresses } = await api({ url: '' });
  await expect(ingresses.create(plansOf('whip'), true)).rejects.toMatchObject({
    message: expect.stringContaining('no WHIP address'),
    hint: expect.stringContaining('ingress.whip_base_url'),
  });
  expect(await ingresses.delete()).toBe(0);
});

test.each([
  ['rtmp', 'rtmp://ingress.prod.example.com/x'],
  ['whip', 'https://ingress.prod.example.com/w'],
] as const)('a denied host gets no stream by %s', async (way, url) => {
  const { streams, ingresses } = await api({ url });
  const plans = plansOf(way);
  await expect(ingresses.create(plans, true)).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('ingress.prod.example.com is denied'),
  });
  expect(plans.map((plan) => ingresses.of(plan))).toEqual([undefined, undefined]);
  expect(await ingresses.delete()).toBe(0);
  expect([...streams]).toEqual([]);
});

test('an address that is not a URL is refused', async () => {
  const { ingresses } = await api({ url: 'http://ingress.example.com:port/w' });
  await expect(ingresses.create(plansOf('whip'), true)).rejects.toMatchObject({
    code: 'ingress_not_created',
    message: expect.stringContaining('no WHIP address'),
  });
  expect(await ingresses.delete()).toBe(0);
});

test('an API that no longer answers is not asked once for each stream', async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const method = request.url?.split('/').at(-1) ?? '';
    asked.push(method);
    if (method !== 'CreateIngress') return request.socket.destroy();
    response.setHeader('content-type', 'application/json');
    const ingressId = `IN_${asked.length}`;
    response.end(JSON.stringify({ ingressId, streamKey: 'key', url: 'rtmp://127.0.0.1/x' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const target = { url, apiKey: 'key', apiSecret: 'secret-of-a-sufficient-length-000' };
  const ingresses = createRunIngresses(target, GUARD, { elapsedMs: () => 0 }, () => {});
  const five = parseScenario(textOf('rtmp').replace('rooms: 1', 'rooms: 5'), { file: 'five.yaml' });
  await ingresses.create(expandPlan(five, 'x').participants, true);
  expect(asked).toHaveLength(5);
  expect(await ingresses.delete()).toBe(5);
  expect(asked.filter((method) => method === 'DeleteIngress')).toHaveLength(3);
});
