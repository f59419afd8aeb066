/**
 * Publishers and players at WHIP and WHEP endpoints: a server on pion with a token, losses, a
 * restart, no capacity and redirects; livekit-server's own WHIP endpoint; nothing left behind.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startLiveKit } from '@livekit-swarm/lab';
import { makeToken } from '@livekit-swarm/livekit';
import type { EventLine, ParticipantLine, RecordLine } from '@livekit-swarm/record';
import { startStreamServer } from '@livekit-swarm/testkit/stream-server';
import { expect, it } from 'vitest';
import { runSwarm, scratch, startSwarm } from '../support/swarm.ts';

const TOKEN = 'token-of-the-streams';
const ENV = { STREAM_TOKEN: TOKEN };

/** Lines of the record of a run, which is not allowed to hold the token. */
const linesOf = (record: string): RecordLine[] => {
  const text = readFileSync(join(record, 'record.ndjson'), 'utf8');
  expect(text).not.toContain(TOKEN);
  return (
    text
      .split('\n')
      // The last line may not be complete yet.
      .slice(0, -1)
      .map((line) => JSON.parse(line) as RecordLine)
  );
};
const eventsOf = (lines: RecordLine[]): EventLine[] =>
  lines.filter((line): line is EventLine => line.type === 'event');
const participantsOf = (lines: RecordLine[]): ParticipantLine[] =>
  lines.filter((line): line is ParticipantLine => line.type === 'participant');

it('publishes and plays streams, measures them, and ends every session', async () => {
  await using server = await startStreamServer({ token: TOKEN, drop: 20 });
  const record = join(scratch(), 'record');
  const { exit, stderr } = await runSwarm(
    [
      'whip',
      ...['--whip', `${server.url}/live-{room}/whip`, '--whep', `${server.url}/live-{room}/whep`],
      ...['--streams', '2', '--players', '3', '--publish', 'audio,video', '--video', '360p'],
      ...['--duration', '10s', '--token', 'env:STREAM_TOKEN', '--record', record, '--quiet'],
      ...['--threshold', 'join_failures: rate==0', '--threshold', 'missing_tracks: rate==0'],
    ],
    ENV,
  );
  expect([0, 98, 99], stderr).toContain(exit);
  const lines = linesOf(record);
  const participants = participantsOf(lines);
  expect(participants.map(({ outcome }) => outcome)).toEqual(Array(8).fill('left'));
  for (const { role, tracks, joinTimeMs, expectedTracks } of participants) {
    expect(joinTimeMs).toBeGreaterThan(0);
    const direction = role === 'player' ? 'down' : 'up';
    expect(tracks.map((track) => [track.direction, track.kind]).sort()).toEqual([
      [direction, 'audio'],
      [direction, 'video'],
    ]);
    expect(expectedTracks).toEqual(
      role === 'player' ? { audio: 1, video: 1 } : { audio: 0, video: 0 },
    );
    for (const track of tracks) {
      expect(track.packets).toBeGreaterThan(100);
      // The server leaves out every twentieth packet.
      if (direction === 'down' && track.kind === 'audio')
        expect(track.lost / (track.lost + track.packets)).toBeCloseTo(0.05, 2);
    }
  }
  const names = eventsOf(lines).map(({ event }) => event);
  expect(names.filter((event) => event === 'first_media')).toHaveLength(6);
  expect(await server.counts()).toEqual({ sessions: 0, players: 0, deletes: 8 });
  const report = await runSwarm(['report', record]);
  expect(report.stdout).toContain(server.url);
});

it('measures the delay of a stream by the marks in its audio', async () => {
  // Without losses: a mark that a loss splits is taken for another one, seconds before.
  await using server = await startStreamServer();
  const record = join(scratch(), 'record');
  const { exit, stderr } = await runSwarm([
    ...['whip', '--whip', `${server.url}/live/whip`, '--whep', `${server.url}/live/whep`],
    ...['--players', '1', '--duration', '12s', '--record', record, '--quiet'],
  ]);
  expect([0, 98, 99], stderr).toContain(exit);
  // A mark begins every four seconds.
  const delays = eventsOf(linesOf(record))
    .filter(({ event }) => event === 'mark_received')
    .map(({ durationMs = Number.NaN }) => durationMs)
    .sort((a, b) => a - b);
  expect(delays.length).toBeGreaterThan(0);
  // The server passes packets on at once; a busy host delays them.
  expect(delays[Math.floor(delays.length / 2)], delays.join(' ')).toBeLessThan(2_000);
});

it('plays again after a restart of the server, and ends sessions after Ctrl-C', async () => {
  await using server = await startStreamServer();
  const record = join(scratch(), 'record');
  const swarm = startSwarm([
    'whip',
    ...['--whip', `${server.url}/live/whip`, '--whep', `${server.url}/live/whep`],
    ...['--players', '2', '--duration', '5m', '--record', record],
  ]);
  await expect.poll(async () => (await server.counts()).sessions, { timeout: 30_000 }).toBe(3);
  const reconnected = () =>
    eventsOf(linesOf(record)).filter(({ event }) => event === 'reconnected').length;
  await expect
    .poll(() => eventsOf(linesOf(record)).filter(({ event }) => event === 'joined').length)
    .toBe(3);
  await server.closeAll();
  await expect.poll(reconnected, { timeout: 30_000 }).toBe(3);
  swarm.signal('SIGINT');
  expect(await swarm.ended).toBe(130);
  expect(await server.counts()).toMatchObject({ sessions: 0, deletes: 3 });
  const lines = linesOf(record);
  expect(participantsOf(lines).map(({ reconnects }) => reconnects)).toEqual([1, 1, 1]);
});

it('names the refusals of a server, and follows redirects to the same server alone', async () => {
  await using server = await startStreamServer({ token: TOKEN, players: 1 });
  const run = async (args: string[], env: Record<string, string> = ENV) => {
    const record = join(scratch(), 'record');
    const { exit, stderr } = await runSwarm(
      ['whip', ...args, '--duration', '8s', '--record', record, '--quiet'],
      env,
    );
    // 3: no participant joined; 98: nor could a busy host be excluded as the cause.
    expect([3, 98, 99], stderr).toContain(exit);
    return eventsOf(linesOf(record));
  };
  const failed = (events: EventLine[]) =>
    events.filter(({ event }) => event === 'join_failed').map(({ reason }) => reason);
  const token = ['--token', 'env:STREAM_TOKEN'];
  const [wrong, none, far] = await Promise.all([
    run(['--whip', `${server.url}/a/whip`, ...token], { STREAM_TOKEN: 'another' }),
    run(['--whep', `${server.url}/nothing/whep`, ...token]),
    run(['--whip', `${server.url}/far/b/whip`, ...token]),
  ]);
  expect(failed(wrong)).toEqual(['endpoint_unauthorized']);
  expect(failed(none)).toEqual(['endpoint_not_found']);
  expect(failed(far)).toEqual(['endpoint_redirected']);

  const full = await run([
    ...['--whip', `${server.url}/near/c/whip`, '--whep', `${server.url}/near/c/whep`],
    ...['--players', '2', ...token],
  ]);
  expect(full.filter(({ event }) => event === 'joined').map(({ role }) => role)).toEqual([
    'publisher',
    'player',
  ]);
  expect(full.find(({ reason }) => reason === 'endpoint_full')?.message).toContain('HTTP 503');
  expect(await server.counts()).toMatchObject({ sessions: 0 });
});

it('publishes to the WHIP endpoint of livekit-server', async () => {
  const server = await startLiveKit({ dir: scratch() });
  try {
    const { url, apiKey, apiSecret } = server;
    const token = makeToken({
      ...{ apiKey, apiSecret, room: 'show', identity: 'dj', ttlSeconds: 600, subscribe: false },
      publish: { audio: true, video: true, screen: false, data: false },
    });
    const record = join(scratch(), 'record');
    const { exit, stderr } = await runSwarm(
      [
        ...['whip', '--whip', `${url.replace(/^ws/, 'http')}/whip/v1`, '--token', 'env:JWT'],
        ...['--publish', 'audio,video', '--duration', '6s', '--record', record, '--quiet'],
      ],
      { JWT: token },
    );
    expect([0, 98, 99], stderr).toContain(exit);
    const lines = linesOf(record);
    expect(JSON.stringify(lines)).not.toContain(token);
    const [dj] = participantsOf(lines);
    expect(dj?.outcome, JSON.stringify(eventsOf(lines))).toBe('left');
    expect(dj?.tracks.map(({ kind }) => kind).sort()).toEqual(['audio', 'video']);
    for (const { packets, rttMs } of dj?.tracks ?? []) {
      expect(packets).toBeGreaterThan(100);
      expect(rttMs).toBeLessThan(1_000);
    }
  } finally {
    await server.stop();
  }
});
