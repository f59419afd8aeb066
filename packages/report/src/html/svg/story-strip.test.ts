import type { Episode, Person } from '@livekit-swarm/analysis';
import { describe, expect, it } from 'vitest';
import { storyStrip } from './story-strip.ts';

const RUN_MS = 10_000;

const event = (at: number, name: Episode['event']): Episode => ({
  at,
  event: name,
  ms: null,
  reason: null,
  message: null,
});

const participant = (story: readonly Episode[]): Person => ({
  identity: 'p1',
  room: 'room-1',
  group: 'meeting',
  role: 'publisher',
  outcome: 'left',
  reason: null,
  dueAt: 0,
  joinMs: 1_000,
  firstMediaMs: null,
  endedAt: RUN_MS,
  missing: 0,
  stalled: 0,
  loss: null,
  jitterMs: null,
  latencyP95Ms: null,
  longestGapMs: 0,
  gaps: 0,
  gapMs: 0,
  reconnects: 0,
  story: [...story],
});

/** `state from+length`, in percent of the run. */
const intervalsOf = (story: readonly Episode[]): string[] =>
  [
    ...String(storyStrip(participant(story), RUN_MS)).matchAll(
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
    ).toEqual(['joining 0+10', 'in 10+30', 'away 40+10', 'in 60+40']);
  });

  it('shows nothing after a participant was disconnected for good', () => {
    expect(intervalsOf([event(1_000, 'joined'), event(5_000, 'disconnected')])).toEqual([
      'joining 0+10',
      'in 10+40',
    ]);
  });
});
