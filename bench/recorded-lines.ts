/**
 * Lines of a real worker, as examples for scripted ones, from a short run against a livekit-server.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLiveKit } from '@livekit-swarm/lab';
import {
  type EventLine,
  openRecord,
  type ParticipantLine,
  type RecordLine,
  type SampleLine,
} from '@livekit-swarm/record';
import { run } from '@livekit-swarm/runner';
import { expandPlan, type Scenario } from '@livekit-swarm/scenario';
import { ownServerGuard } from '@livekit-swarm/testkit/own-server-guard';

export interface RecordedLines {
  joined: EventLine;
  firstMedia: EventLine;
  /** Sample of a second in which all were connected. */
  sample: SampleLine;
  result: ParticipantLine;
}

/** @param scenario few participants, in one worker */
export const recordLines = async (scenario: Scenario): Promise<RecordedLines> => {
  const dir = mkdtempSync(join(tmpdir(), 'swarm-bench-'));
  try {
    await using server = await startLiveKit({ dir });
    const lines: RecordLine[] = [];
    await run({
      deployment: {
        ...{ url: server.url, apiKey: server.apiKey, apiSecret: server.apiSecret },
        ...{ embedded: false, serverVersion: null, exited: new Promise(() => {}) },
      },
      guard: ownServerGuard(),
      run: 'example',
      plan: expandPlan(scenario, 'example'),
      allocation: { workers: 1, threads: 1 },
      signalling: 'auto',
      record: openRecord(join(dir, 'record')),
      version: '0.0.0',
      stop: new AbortController().signal,
      onLine: (line) => lines.push(line),
    });
    const events = lines.filter((line) => line.type === 'event');
    const samples = lines.filter((line) => line.type === 'sample' && line.series.length > 0);
    return {
      joined: found(events.find(({ event }) => event === 'joined')),
      firstMedia: found(events.find(({ event }) => event === 'first_media')),
      sample: found(samples[Math.floor(samples.length / 2)] as SampleLine | undefined),
      result: found(lines.find((line) => line.type === 'participant')),
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

const found = <T>(line: T | undefined): T => {
  if (line === undefined) throw new Error('the example run has no such line');
  return line;
};
