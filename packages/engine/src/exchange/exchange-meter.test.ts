import { Sketch } from '@livekit-swarm/metrics';
import { expect, it } from 'vitest';
import { ExchangeMeter } from './exchange-meter.ts';

const operator = { group: 'room', role: 'operator' };

const countOf = (bins: { bins: number[]; zeros: number } | undefined): number => {
  const sketch = new Sketch();
  if (bins !== undefined) sketch.addBins(bins);
  return sketch.count;
};

it('counts calls and failures by role, and forgets them once they are taken', () => {
  const meter = new ExchangeMeter();
  for (const ms of [2, 2, 4]) meter.addCall(operator, { ms, code: 0 });
  for (const code of [1502, 1502, 0]) meter.addCall(operator, { ms: null, code });
  meter.addCall({ ...operator, role: 'robot' }, { ms: 1, code: 0 });
  const [first, second] = meter.take().rpc ?? [];
  expect(first).toMatchObject({ ...operator, calls: 6, errors: { '1502': 2, '0': 1 } });
  expect(countOf(first?.time)).toBe(3);
  expect(second).toMatchObject({ role: 'robot', calls: 1, errors: {} });
  expect(meter.take()).toEqual({});
});

it('counts streams, and measures the throughput of those that arrived whole', () => {
  const meter = new ExchangeMeter();
  meter.addStream(operator, { kind: 'bytes', bytes: 1_000_000, ms: 500 });
  meter.addStream(operator, { kind: 'bytes', bytes: 300_000, ms: null });
  const { rpc, dataStreams } = meter.take();
  expect(rpc).toBeUndefined();
  expect(dataStreams).toMatchObject([{ ...operator, streams: 2, incomplete: 1, bytes: 1_300_000 }]);
  const throughput = new Sketch();
  if (dataStreams?.[0] !== undefined) throughput.addBins(dataStreams[0].throughput);
  expect((throughput.quantile(0.5) ?? 0) / 16e6).toBeCloseTo(1, 1);
  expect(countOf(dataStreams?.[0]?.time)).toBe(1);
});
