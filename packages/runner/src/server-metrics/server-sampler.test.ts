import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerLine, ServerMissingLine } from '@livekit-swarm/record';
import { expect, test } from 'vitest';
import { cpuSecondsOf, processSource } from './process-source.ts';
import { startServerSampler } from './server-sampler.ts';
import { type NodeReading, type ServerSource, SourceError } from './server-source.ts';

type Line = ServerLine | ServerMissingLine;

const begin = (sources: ServerSource[]) => {
  const startedAt = performance.now();
  const lines: Line[] = [];
  const elapsedMs = (): number => performance.now() - startedAt;
  const sampler = startServerSampler({ sources, elapsedMs, append: (line) => lines.push(line) });
  return { sampler, lines };
};

const source = (
  name: ServerSource['name'],
  sample: (signal: AbortSignal) => Promise<NodeReading[]>,
): ServerSource => ({ name, where: 'http://10.0.0.5', sample });

const readingOf = (id: string, name: string | null): NodeReading => ({
  id,
  name,
  measuredAtMs: performance.now(),
  figures: { goroutines: 5 },
});

test('nodes that are measured together have the same time, and the first source names them', async () => {
  const late = source('metrics', async () => {
    await sleep(100);
    return [readingOf('ND_a', 'node-1'), readingOf('ND_b', 'node-2')];
  });
  const early = source('redis', async () => [readingOf('ND_a', '10.0.0.5')]);
  const { sampler, lines } = begin([late, early]);
  await sampler.started;
  await sampler.stop();
  expect(lines).toMatchObject([
    { type: 'server', node: 'node-1', id: 'ND_a' },
    { type: 'server', node: 'node-2', id: 'ND_b' },
  ]);
  expect(lines[0]?.at).toBe(lines[1]?.at);
});

test('a host is measured for the nodes whose address it has, or that it names, and for no other', async () => {
  const host = (name: string | null, address: string, hostCores: number) =>
    source('host', async () => [
      { id: null, name, host: address, measuredAtMs: performance.now(), figures: { hostCores } },
    ]);
  const nodes = source('metrics', async () => [
    readingOf('ND_a', '10.0.0.5:6789'),
    readingOf('ND_b', '10.0.0.5:6790'),
    readingOf('ND_c', 'eu-1'),
  ]);
  const { sampler, lines } = begin([
    nodes,
    host(null, '10.0.0.5', 4),
    host('eu-1', '172.16.0.9', 8),
    host('us-1', '172.16.0.7', 16),
    host(null, '10.0.0.9', 32),
  ]);
  await sampler.started;
  await sampler.stop();
  expect(lines).toMatchObject([
    { node: '10.0.0.5:6789', hostCores: 4 },
    { node: '10.0.0.5:6790', hostCores: 4 },
    { node: 'eu-1', hostCores: 8, sources: ['metrics', 'host'] },
  ]);
  expect([...sampler.hostsWithoutNode()]).toEqual(['us-1', '10.0.0.9']);
});

test('a failing source is recorded once for each reason and asked again', async () => {
  let calls = 0;
  const failing = source('prometheus', () => {
    calls++;
    if (calls < 4) throw new SourceError('unauthorized', 'http://10.0.0.5 refuses');
    throw new Error('postgres://user:secret@host');
  });
  const { sampler, lines } = begin([failing]);
  await sampler.started;
  for (let call = 0; call < 4; call++) await sampler.sampleNow();
  await sampler.stop();
  expect(lines).toMatchObject([
    { type: 'server_missing', source: 'prometheus', reason: 'unauthorized' },
    { type: 'server_missing', source: 'prometheus', reason: 'unreachable' },
  ]);
  expect(JSON.stringify(lines)).not.toContain('secret');
});

test('a source that never answers has a time limit and does not delay others', async () => {
  const silent = source('redis', () => new Promise(() => {}));
  const { sampler, lines } = begin([processSource(process.pid, 'this'), silent]);
  await sampler.started;
  await sampler.stop();
  expect(lines).toContainEqual(
    expect.objectContaining({ type: 'server_missing', source: 'redis', reason: 'timeout' }),
  );
  expect(lines).toContainEqual(expect.objectContaining({ type: 'server', node: 'this' }));
});

test('a process of this host is measured until it ends', async () => {
  const signal = AbortSignal.timeout(1_000);
  const [own] = await processSource(process.pid, 'this').sample(signal);
  expect(own?.figures.memoryBytes).toBeGreaterThan(10e6);
  const { user, system } = process.cpuUsage();
  expect(own?.figures.cpuSeconds).toBeCloseTo((user + system) / 1e6, 0);
  await expect(processSource(2 ** 22 + 1, 'gone').sample(signal)).rejects.toThrow('has ended');
  expect(cpuSecondsOf('7 (a ) name) S 1 1 1 0 -1 0 0 0 0 0 150 50 0 0 20')).toBe(2);
});
