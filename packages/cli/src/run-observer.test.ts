import { announcedLoad, type RunEvent } from '@livekit-swarm/campaign';
import { expandPlan } from '@livekit-swarm/scenario';
import { scenarioOfLoad } from '@livekit-swarm/testkit/load-spec';
import { expect, test } from 'vitest';
import { showRun, showRunsOfSession } from './run-observer.ts';

const printerTo = (lines: string[]) => ({
  print: (line: string) => void lines.push(line),
  show: () => {},
  done: () => {},
});

const scenario = (rooms: number) => scenarioOfLoad({ rooms, durationMs: 5_000 });

/** The events of a run on a public server. */
const runOf = (rooms: number): RunEvent[] => {
  const url = 'wss://livekit.example.com';
  const load = announcedLoad(expandPlan(scenario(rooms), 'x'), url);
  if (load === null) throw new Error('a public server is announced');
  const target = { type: 'remote', url, apiKey: 'key', apiSecret: 'secret' } as const;
  return [
    { type: 'starting', scenario: scenario(rooms), target },
    { type: 'load_announced', load },
    { type: 'rooms_left', count: 1 },
    { type: 'ingresses_left', count: 1 },
  ];
};

test('a run shows every event', () => {
  const lines: string[] = [];
  for (const event of runOf(1)) showRun(printerTo(lines)).onEvent(event);
  expect(lines).toEqual([
    expect.stringMatching(/ → wss:\/\/livekit\.example\.com$/),
    expect.stringMatching(/^Load on livekit\.example\.com/),
    expect.stringMatching(/^warning: 1 rooms of this run/),
    expect.stringMatching(/^warning: 1 ingress of this run/),
  ]);
});

test('a session shows builds, and each load once', () => {
  const lines: string[] = [];
  const { onEvent } = showRunsOfSession(printerTo(lines));
  onEvent({ type: 'preparing', line: 'livekit-server 1.13.4 built in 40 s' });
  for (const event of [...runOf(1), ...runOf(1), ...runOf(2)]) onEvent(event);
  expect(lines).toEqual([
    'livekit-server 1.13.4 built in 40 s',
    expect.stringMatching(/^Load on livekit\.example\.com.* in 1 room,/),
    expect.stringMatching(/^Load on livekit\.example\.com.* in 2 rooms,/),
  ]);
});
