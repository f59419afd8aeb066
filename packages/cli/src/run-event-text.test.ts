import { announcedLoad } from '@livekit-swarm/campaign';
import { expandPlan, scenarioOfFlags } from '@livekit-swarm/scenario';
import { expect, it } from 'vitest';
import { runEventText } from './run-event-text.ts';

const flags = { rooms: '30', participants: '2', joinRate: '20' };
const plan = expandPlan(scenarioOfFlags(flags, []), 'x');
const announcementOf = (url: string): string | null => {
  const load = announcedLoad(plan, url);
  return load === null ? null : runEventText({ type: 'load_announced', load });
};

it('names host, participants, rooms, bit rate and joins per second', () => {
  expect(announcementOf('wss://livekit.example.com/path')).toMatch(
    /^Load on livekit\.example\.com, .+: up to 60 participants in 30 rooms, [\d.]+ Mbit\/s up and [\d.]+ Mbit\/s down, 20 joins\/s\.$/,
  );
});

it('states what LiveKit Cloud bills', () => {
  // 60 participants for 30 s after the last join, each rounded up to a minute.
  expect(announcementOf('wss://mine.livekit.cloud')).toMatch(
    /20 joins\/s\. LiveKit Cloud bills 60 participant-minutes and [\d.]+ MB to participants: \$0\.03 beyond the quota of the plan ship \(prices of \d{4}-\d\d-\d\d\)\.$/,
  );
});

it('is not needed on this host or its network', () => {
  for (const url of ['ws://127.0.0.1:7880', 'ws://10.0.0.4', 'ws://livekit:7880'])
    expect(announcementOf(url)).toBeNull();
});
