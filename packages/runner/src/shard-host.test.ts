import type { Engine } from '@livekit-swarm/engine';
import { measureClockOffset } from '@livekit-swarm/livekit';
import { emptyEngineHealth, type RecordLine } from '@livekit-swarm/record';
import { expect, test } from 'vitest';
import { hostShard } from './shard-host.ts';
import type { WorkerMessage } from './worker-protocol.ts';

const linesOf = (messages: readonly WorkerMessage[]): RecordLine[] =>
  messages.flatMap((message) => (message.type === 'lines' ? message.lines : []));

/** Blocks this process for a time, ms. */
const stop = (ms: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
};

test('a pause that threads report after a sample counts once with the pause that the clocks showed', async () => {
  /**
   * Pause that the pump thread reports when it runs again, ms; no other pause of this test has this
   * length.
   */
  const ofThread = 40_000;
  let samplesAfter = -1;
  const engine: Engine = {
    name: 'fake',
    join: async () => {},
    leave: () => Promise.reject(new Error('no participant is here')),
    sample: () => {
      if (samplesAfter >= 0) samplesAfter++;
      const tickLatenessMs = samplesAfter === 2 ? ofThread : 0;
      return {
        connected: 0,
        series: [],
        generator: { ...emptyEngineHealth(), tickLatenessMs },
      };
    },
    close: async () => {},
  };
  const messages: WorkerMessage[] = [];
  const now = Date.now();
  const host = await hostShard(
    {
      shard: 0,
      startedAtMs: now,
      clockOffsetMs: measureClockOffset(),
      endAtMs: now + 60_000,
      admitted: [],
      elsewhere: [],
      authorities: null,
      engine: { threads: 1, joinTimeoutMs: 1_000, joinAttempts: 1, signalling: 'v1' },
    },
    { createEngine: () => engine },
    { dir: '/nonexistent' },
    (message) => messages.push(message),
  );
  samplesAfter = 0;
  stop(2_000);
  await expect.poll(() => samplesAfter, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
  await host.stop();
  const pauses = linesOf(messages).flatMap((line) =>
    line.type === 'event' && line.event === 'process_paused' ? [line.durationMs ?? 0] : [],
  );
  expect(pauses.length).toBeGreaterThan(0);
  expect(pauses).not.toContain(ofThread);
});
