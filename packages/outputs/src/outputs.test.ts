import { specOf } from '@livekit-swarm/testkit/load-spec';
import { type OtlpReceiver, startOtlpReceiver } from '@livekit-swarm/testkit/otlp-receiver';
import { recordOf } from '@livekit-swarm/testkit/record-of';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openOutputs } from './outputs.ts';

const record = recordOf(
  specOf({ rooms: 1, participants: 2, publish: ['audio'], durationMs: 3_000 }),
  1,
);
const never = new AbortController().signal;
let receiver: OtlpReceiver;
const warnings: string[] = [];

beforeEach(async () => {
  receiver = await startOtlpReceiver();
  warnings.length = 0;
});
afterEach(() => receiver.close());

const open = (texts: string[], env: Record<string, string> = {}) =>
  openOutputs(texts, { env, version: '0.1.0', warn: (line) => warnings.push(line) });

describe('the pushes of a run', () => {
  it('are made at intervals and at the end, with the name of the run', async () => {
    const outputs = await open([`otlp=${receiver.url}`], { OTEL_METRIC_EXPORT_INTERVAL: '100' });
    const push = outputs.begin();
    for (const line of record.slice(0, -1)) push.add(line);
    await expect.poll(() => receiver.requests.length, { timeout: 30_000 }).toBeGreaterThan(1);
    for (const line of record.slice(-1)) push.add(line);
    const [result] = await push.close(never);
    const last = receiver.requests.at(-1)?.points ?? [];
    const [header] = record;
    const run = header?.type === 'header' ? header.run : '';
    expect(new Set(last.map(({ labels }) => labels.testid))).toEqual(new Set([run]));
    expect(
      last.find(
        ({ name, labels }) => name === 'livekit_swarm_run_phase' && labels.phase === 'ended',
      )?.value,
    ).toBe(1);
    expect(result).toEqual({
      output: 'otlp',
      url: `${receiver.url}/v1/metrics`,
      delivered: receiver.requests.length,
      rejected: 0,
      lost: 0,
      detail: null,
    });
    expect(warnings).toEqual([]);
  });

  it('of traces are counted in spans, also those that a receiver does not get', async () => {
    const down = await startOtlpReceiver();
    await down.close();
    const push = (await open([`otlp-traces=${receiver.url}`, `otlp-traces=${down.url}`])).begin();
    for (const line of record) push.add(line);
    const [got, lost] = await push.close(AbortSignal.timeout(3_000));
    const spans = receiver.requests.flatMap((request) => request.spans);
    const joined = record.filter((line) => line.type === 'event' && line.event === 'joined');
    expect(spans.filter(({ name }) => name === 'join')).toHaveLength(joined.length);
    expect(joined.length).toBeGreaterThan(0);
    expect(got).toMatchObject({ output: 'otlp-traces', delivered: spans.length, lost: 0 });
    expect(lost).toMatchObject({ delivered: 0, lost: spans.length });
  });

  it('of traces wait in a queue that has room for long spans', async () => {
    // 18 MiB in three batches: more than pushes of metrics may occupy.
    const count = 3 * 512;
    const message = 'x'.repeat(12 * 1_024);
    const push = (await open([`otlp-traces=${receiver.url}`])).begin();
    for (const line of record.slice(0, 1)) push.add(line);
    for (let index = 0; index < count; index++) {
      const identity = `p${index}`;
      push.add({ type: 'event', at: 500, event: 'join_failed', identity, message });
    }
    const received = () => receiver.requests.reduce((sum, { spans }) => sum + spans.length, 0);
    await expect.poll(received, { timeout: 30_000 }).toBe(count);
    expect(await push.close(never)).toMatchObject([{ delivered: count, lost: 0, detail: null }]);
    expect(warnings).toEqual([]);
  });

  it('carry the tag testid, if the run has one', async () => {
    const push = (await open([`otlp=${receiver.url}`])).begin();
    for (const line of record) {
      push.add(
        line.type !== 'header'
          ? line
          : { ...line, scenario: { ...line.scenario, tags: { testid: 'release-42' } } },
      );
    }
    await push.close(never);
    expect(receiver.requests[0]?.points[0]?.labels.testid).toBe('release-42');
  });

  it('are not made for a run that did not begin', async () => {
    const push = (await open([`otlp=${receiver.url}`])).begin();
    expect(await push.close(never)).toMatchObject([{ delivered: 0, lost: 0 }]);
    expect(receiver.requests).toEqual([]);
  });

  it('are independent of each other and of the run: one receiver is down, a line is damaged', async () => {
    const down = await startOtlpReceiver();
    await down.close();
    const outputs = await open([`otlp=${down.url}`, `otlp=${receiver.url}`]);
    const push = outputs.begin();
    for (const line of record) push.add(line);
    push.add({ type: 'sample' } as never);
    push.add({ type: 'sample' } as never);
    const results = await push.close(AbortSignal.timeout(3_000));
    expect(results).toMatchObject([
      { delivered: 0, lost: 1 },
      { delivered: 1, lost: 0 },
    ]);
    expect(results[0]?.detail).toContain('ECONNREFUSED');
    expect(warnings.filter((line) => line.includes('a line of the record'))).toHaveLength(1);
    expect(warnings.filter((line) => line.includes('cannot push'))).toHaveLength(1);
  });
});
