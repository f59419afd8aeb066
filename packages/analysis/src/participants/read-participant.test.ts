import type { RecordLine, SelectedPair } from '@livekit-swarm/record';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { altered, recordOf } from '@livekit-swarm/testkit/record-of';
import { describe, expect, it } from 'vitest';
import { readParticipant } from './read-participant.ts';

const PAIR: SelectedPair = {
  ...{ path: 'turn-udp', localCandidate: 'relay', remoteCandidate: 'host' },
  ...{ protocol: 'udp', allocationMs: 12 },
};

const LINES = altered(
  recordOf(specOf({ rooms: 3, participants: 3, durationMs: 10_000 })),
  (line): RecordLine =>
    line.type !== 'participant' || line.identity !== 'k3x9-2-p1'
      ? line
      : {
          ...line,
          selectedPair: PAIR,
          tracks: line.tracks.map((track) =>
            track.publisher === 'k3x9-2-p3' ? { ...track, lost: 40 } : track,
          ),
        },
);

const MEDIA: RecordLine = {
  ...{ type: 'event', at: 4_000, event: 'media_interrupted', identity: 'k3x9-2-p1' },
  ...{ room: 'swarm-k3x9-2', publisher: 'k3x9-2-p3', kind: 'audio' },
};

const linesWith = (...added: RecordLine[]): (() => RecordLine[]) => {
  const first = LINES.findIndex(({ type }) => type === 'participant');
  return () => [...LINES.slice(0, first), ...added, ...LINES.slice(first)];
};

describe('readParticipant', () => {
  it('reads connection, tracks and events of one participant, those of media too', async () => {
    const { participant } = await readParticipant(linesWith(MEDIA), 'k3x9-2-p1');
    expect(participant.detail).toMatchObject({ pair: PAIR, engine: 'native', trackCount: 3 });
    expect(participant.detail.phases?.joined).toBe(participant.joinTimeMs);
    expect(participant.detail.tracks[0]).toMatchObject({ publisher: 'k3x9-2-p3', lost: 40 });
    expect(participant.events.map(({ event }) => event)).toEqual(['joined', 'media_interrupted']);
    expect(participant.events[1]?.media).toEqual({ publisher: 'k3x9-2-p3', kind: 'audio' });
  });

  it('has the others of its room, and no participant of another', async () => {
    const { others, room } = await readParticipant(linesWith(), 'k3x9-2-p1');
    expect(others.map(({ identity }) => identity).sort()).toEqual(['k3x9-2-p2', 'k3x9-2-p3']);
    expect(room).toMatchObject({ room: 'swarm-k3x9-2', participants: 3, missing: 0 });
  });

  it('suggests the name that was meant, or shows how names look', async () => {
    await expect(readParticipant(linesWith(), 'K3X9-2-P1')).rejects.toMatchObject({
      message: 'the record has no participant "K3X9-2-P1"',
      hint: 'did you mean k3x9-2-p1?',
    });
    await expect(readParticipant(linesWith(), 'alice')).rejects.toMatchObject({
      hint: expect.stringMatching(/^its participants are k3x9-1-p1, .*, … \(9 in all\)$/),
    });
    await expect(readParticipant(() => LINES.slice(0, 1), 'alice')).rejects.toMatchObject({
      hint: 'no participant of this run has joined, or failed to',
    });
  });
});
