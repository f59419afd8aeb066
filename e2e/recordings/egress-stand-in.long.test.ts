/**
 * Rooms that are recorded through the API of a livekit-server, by a stand-in of the egress service:
 * good recordings pass, and each failure that the stand-in plays is found.
 */
import { startCluster } from '@livekit-swarm/lab';
import type { EgressFailure } from '@livekit-swarm/testkit/egress/failure';
import { EgressStandIn, STAND_IN } from '@livekit-swarm/testkit/egress/stand-in';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { RoomServiceClient } from 'livekit-server-sdk';
import { expect, it } from 'vitest';
import { runSwarm, scratch, startSwarm } from '../support/swarm.ts';

await skipWithout('redis', 'ffmpeg');

/** Defects that show each failure; others may follow from it. */
const SHOWN_BY = {
  refuses: ['refused'],
  never_starts: ['not_started'],
  aborted: ['not_complete', 'ended_early'],
  failed: ['not_complete', 'ended_early', 'wrong_duration'],
  dies: ['not_ended', 'unreadable'],
  ends_early: ['ended_early', 'wrong_duration'],
  starts_late: ['wrong_duration'],
  no_file: ['missing'],
  empty_file: ['empty'],
  truncated_file: ['unreadable'],
  av_offset: ['av_offset'],
  no_audio: ['missing_track'],
  black: ['black'],
} as const satisfies Record<EgressFailure, readonly string[]>;

const FAILURES = Object.keys(SHOWN_BY) as EgressFailure[];

interface Recorded {
  facts: { avOffset: { firstMs: number } | null } | null;
  egress: { source: { room: string; kind: string }; state: string; details: string | null };
  defects: { code: string }[];
}

/** Failure of a room, by its number. */
const failureOf = (room: string): EgressFailure | null =>
  room.startsWith('bad-') ? (FAILURES[Number(/\d+$/.exec(room)?.[0]) - 1] ?? null) : null;

it('finds every failure of egress, and none in good recordings', async () => {
  const folder = scratch();
  await using lab = await startCluster({ dir: `${folder}/lab`, nodes: 1, with: ['redis'] });
  const files = `${folder}/files`;
  await using _ = await EgressStandIn.start({
    ...{ redisUrl: lab.redisUrl ?? '', folder: files, failureOf },
  });
  const deployment = ['--url', lab.url, '--api-key', lab.apiKey, '--api-secret', lab.apiSecret];
  const load = (prefix: string, rooms: number) =>
    startSwarm([
      ...['--room-prefix', prefix, '--rooms', String(rooms), '--participants', '1'],
      ...['--publish', 'audio,video', '--video', '180p', '--duration', '10m', ...deployment],
    ]);
  const record = async (prefix: string, ...flags: string[]) => {
    const { exit, stdout, stderr } = await runSwarm([
      ...['recordings', 'run', '--room-prefix', `${prefix}-`, '--with-other-users'],
      ...['--for', '8s', '--files', files],
      ...['--start-within', '6s', '--finish-within', '8s', '--json', ...flags, ...deployment],
    ]);
    if (stdout === '') throw new Error(stderr);
    const { recordings } = JSON.parse(stdout) as { recordings: Recorded[] };
    return { exit, recordings };
  };

  const service = new RoomServiceClient(lab.httpUrl, lab.apiKey, lab.apiSecret);
  /** Waits until both tracks are published in that many rooms of a load. */
  const published = (prefix: string, rooms: number) =>
    expect
      .poll(
        async () => {
          const listed = await service.listRooms();
          const names = listed
            .map(({ name }) => name)
            .filter((name) => name.startsWith(`${prefix}-`));
          const participants = await Promise.all(
            names.map((name) => service.listParticipants(name)),
          );
          // A room has a publisher before its tracks arrive.
          return participants.flat().filter(({ tracks }) => tracks.length === 2).length;
        },
        { timeout: 60_000, interval: 250 },
      )
      .toBe(rooms);

  const goodLoad = load('good', 3);
  await published('good', 3);
  const good = await record('good');
  expect(good.recordings.map(({ defects }) => defects)).toEqual([[], [], []]);
  expect(good.exit).toBe(0);
  expect(good.recordings.map(({ egress }) => [egress.source.kind, egress.state])).toEqual([
    ['room', 'complete'],
    ['participant', 'complete'],
    ['track', 'complete'],
  ]);
  for (const { egress } of good.recordings) expect(egress.details).toBe(STAND_IN);
  goodLoad.signal('SIGINT');
  await goodLoad.ended;

  load('bad', FAILURES.length);
  await published('bad', FAILURES.length);
  const bad = await record('bad', '--egress', 'participant');
  expect(bad.exit).toBe(99);
  for (const { egress, defects } of bad.recordings) {
    const failure = failureOf(egress.source.room) ?? 'refuses';
    const codes = defects.map(({ code }) => code);
    expect([failure, codes]).toEqual([failure, expect.arrayContaining([...SHOWN_BY[failure]])]);
  }
  expect(bad.recordings).toHaveLength(FAILURES.length);
});
