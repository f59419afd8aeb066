/** A run without the command line: in this process, against a real livekit-server. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRun, readRecord } from '@livekit-swarm/analysis';
import { planRun, type RunEvent, type RunObserver, runOnce } from '@livekit-swarm/campaign';
import { scenarioOfLoad } from '@livekit-swarm/testkit/load-spec';
import { ownServerGuard } from '@livekit-swarm/testkit/own-server-guard';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

let dir = '';
let printed: string[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-campaign-'));
  printed = [];
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true, force: true });
});

/** An observer that keeps all calls. */
const keeping = () => {
  const events: RunEvent[] = [];
  const lines: string[] = [];
  let ends = 0;
  let seconds = 0;
  const observer: RunObserver = {
    onEvent: (event) => void events.push(event),
    onProgress: () => void seconds++,
    onEnd: () => void ends++,
    onLine: ({ type }) => void lines.push(type),
  };
  return { observer, events, lines, counts: () => ({ ends, isProgressing: seconds > 0 }) };
};

const planned = () =>
  planRun({
    scenario: scenarioOfLoad({ rooms: 1, participants: 2, durationMs: 5_000 }),
    target: { type: 'embedded', server: null },
    ...{ guard: ownServerGuard(), signalling: 'auto', workers: 1 },
    calibration: { type: 'off' },
  });

const interruptionBy = (stop: AbortController) => ({
  stop: stop.signal,
  kill: new AbortController().signal,
});

test('reports to its observer, returns an outcome, keeps the record, and prints nothing', async () => {
  const kept = keeping();
  const recordDir = join(dir, 'record');
  const interruption = interruptionBy(new AbortController());
  const conditions = { recordDir, interruption, observer: kept.observer, version: '0.0.0' };
  const outcome = await runOnce(planned(), conditions);
  if (!isRun(outcome)) throw new Error(outcome.message);
  expect(outcome.summary.joins).toMatchObject({ planned: 2, joined: 2 });
  expect(outcome.recordPath).toBe(join(recordDir, 'record.ndjson'));
  expect((await readRecord(recordDir)).joins).toEqual(outcome.summary.joins);
  expect(kept.events.filter(({ type }) => type !== 'preparing')).toMatchObject([
    { type: 'starting', target: { type: 'embedded' } },
  ]);
  expect(kept.lines[0]).toBe('header');
  expect(kept.lines.at(-1)).toBe('end');
  expect(kept.counts()).toEqual({ ends: 1, isProgressing: true });
  expect(printed).toEqual([]);
});

test('an interruption before its start is an outcome, too, and leaves no record', async () => {
  const kept = keeping();
  const stop = new AbortController();
  stop.abort();
  const conditions = {
    ...{ recordDir: join(dir, 'record'), interruption: interruptionBy(stop) },
    ...{ observer: kept.observer, version: '0.0.0' },
  };
  const outcome = await runOnce(planned(), conditions);
  expect(outcome).toMatchObject({ reason: 'interrupted', exitCode: 130 });
  await expect(readRecord(join(dir, 'record'))).rejects.toThrow();
  expect(kept.counts().ends).toBe(1);
  expect(printed).toEqual([]);
});
