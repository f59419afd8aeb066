import { expect, it } from 'vitest';
import type { SampleTables } from './addon.d.ts';
import type { PumpSample } from './pump.ts';
import { detachedRow, sampleReader } from './rows.ts';

const empty = (): Float64Array => new Float64Array();

const tables = (given: Partial<SampleTables>): SampleTables => ({
  senders: empty(),
  receivers: empty(),
  peers: empty(),
  flows: empty(),
  interruptions: empty(),
  latencies: [],
  datagramsSent: 0,
  datagramsReceived: 0,
  wireBytesSent: 0,
  wireBytesReceived: 0,
  sharedSocketDrops: 0,
  maxTickLateMs: 0,
  stuckThreads: 0,
  cpuSeconds: 0,
  ...given,
});

const columns = {
  senders: ['sender', 'packets'],
  receivers: ['receiver', 'lost'],
  peers: ['peer'],
  flows: ['flow'],
  interruptions: ['receiver', 'from', 'to'],
};

const valuesOf = ({ interruptions }: PumpSample) =>
  interruptions.map(({ receiver, from, to }) => ({ receiver, from, to }));

it('reads every number under the name of its column', () => {
  const read = sampleReader(columns);
  const sample = read(tables({ interruptions: new Float64Array([1, 10, 20, 2, 30, 40]) }));
  expect(valuesOf(sample)).toEqual([
    { receiver: 1, from: 10, to: 20 },
    { receiver: 2, from: 30, to: 40 },
  ]);
});

it('follows the columns when their order changes', () => {
  const read = sampleReader({ ...columns, interruptions: ['to', 'receiver', 'from'] });
  const sample = read(tables({ interruptions: new Float64Array([20, 1, 10]) }));
  expect(valuesOf(sample)).toEqual([{ receiver: 1, from: 10, to: 20 }]);
});

it('rejects a table that does not consist of whole rows', () => {
  const read = sampleReader(columns);
  expect(() => read(tables({ senders: new Float64Array(3) }))).toThrow(
    'a table of 3 numbers has no rows of 2',
  );
});

it('detaches a row from its table: values stay, and later changes of the table do not reach it', () => {
  const table = new Float64Array([1, 10, 20, 2, 30, 40]);
  const [, second] = sampleReader(columns)(tables({ interruptions: table })).interruptions;
  const kept = detachedRow(second);
  table.fill(0);
  expect(second).toMatchObject({ receiver: 0, from: 0, to: 0 });
  expect(kept).toMatchObject({ receiver: 2, from: 30, to: 40 });
  expect(detachedRow(null)).toBeNull();
});
