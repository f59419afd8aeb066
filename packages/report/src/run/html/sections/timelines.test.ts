import type { ParticipantEvent, ParticipantHistory } from '@livekit-swarm/analysis';
import { describe, expect, it } from 'vitest';
import { participantTimeline } from './timelines.ts';

const RUN_MS = 10_000;

const event = (at: number, name: ParticipantEvent['event']): ParticipantEvent => ({
  at,
  event: name,
  durationMs: null,
  reason: null,
  message: null,
});

const participant = (events: readonly ParticipantEvent[]): ParticipantHistory => ({
  identity: 'p1',
  room: 'room-1',
  group: 'meeting',
  role: 'publisher',
  outcome: 'left',
  reason: null,
  scheduledAt: 0,
  joinTimeMs: 1_000,
  firstMediaMs: null,
  endedAt: RUN_MS,
  missing: 0,
  stalled: 0,
  loss: null,
  jitterMs: null,
  latencyP95Ms: null,
  longestInterruptionMs: 0,
  interruptions: 0,
  interruptionMs: 0,
  reconnects: 0,
  detail: {
    ...{ engine: 'native', node: null, backend: null, addressFamily: null, phases: null },
    ...{ attempts: null, pair: null, expectedTracks: null, tracks: [], trackCount: 0 },
  },
  events: [...events],
  eventCount: events.length,
});

/** `state from+length`, in percent of the run. */
const intervalsOf = (events: readonly ParticipantEvent[]): string[] =>
  [
    ...String(participantTimeline(participant(events), RUN_MS)).matchAll(
      /<rect class="(?!run)(\w+)" x="([\d.]+)%" width="([\d.]+)%"/g,
    ),
  ].map(([, state, from, length]) => `${state} ${Number(from)}+${Number(length)}`);

describe('the timeline of a participant', () => {
  it('shows a participant that rejoined as connected again', () => {
    expect(
      intervalsOf([
        event(1_000, 'joined'),
        event(4_000, 'signal_lost'),
        event(5_000, 'disconnected'),
        event(6_000, 'rejoined'),
      ]),
    ).toEqual(['joining 0+10', 'connected 10+30', 'reconnecting 40+10', 'connected 60+40']);
  });

  it('shows nothing after a participant was disconnected for good', () => {
    expect(intervalsOf([event(1_000, 'joined'), event(5_000, 'disconnected')])).toEqual([
      'joining 0+10',
      'connected 10+40',
    ]);
  });
});
