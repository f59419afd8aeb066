import { specOf } from '@livekit-swarm/testkit/load-spec';
import { recordOf } from '@livekit-swarm/testkit/record-of';
import { withServer } from '@livekit-swarm/testkit/server-lines';
import { expect, test } from 'vitest';
import { createHistory } from './history.ts';

test('nodes have levels each and in total, on the time axis of the participants', () => {
  const bytes = {
    metric: 'server_bytes',
    selector: { direction: 'down' },
    aggregation: { type: 'rate' },
  } as const;
  const history = createHistory([bytes]);
  const lines = withServer(recordOf(specOf({ rooms: 2, durationMs: 20_000 })), (at) => ({
    a: { cpuCores: 0.5, bytesDown: 0 },
    b: {
      cpuCores: at / 10_000,
      ...(at % 5_000 === 0 ? { bytesDown: 5_000, countedMs: 5_000 } : { bytesDown: 0 }),
    },
  }));
  for (const line of lines) history.add(line);
  const { line, series } = history.interim();
  const at = (name: string, second: number) => line(name)?.value[second];
  expect(at('connected', 9)).toBe(4);
  expect(at('server cpu of a', 9)).toBe(0.5);
  expect(at('server cpu of b', 9)).toBe(1);
  expect(at('server cpu', 9)).toBe(1.5);
  expect(series(bytes)?.value.slice(5, 15)).toEqual(Array.from({ length: 10 }, () => 1_000));
});
