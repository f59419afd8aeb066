/**
 * A pool of egress workers under load, of which one dies, hangs or is stopped in order: which files remain,
 * whole or cut, and who takes over. The workers are stand-ins; the livekit-server between is real.
 */
import { existsSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCluster } from '@livekit-swarm/lab';
import { type EgressWorker, startEgressWorker } from '@livekit-swarm/testkit/egress/start-worker';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { outcomeOfRecordings, type RecordingOutcome } from '../support/recordings.ts';
import { runSwarm, scratch, startSwarm } from '../support/swarm.ts';

await skipWithout('redis', 'ffmpeg');

const ROOMS = 4;

it('files of a dead worker are cut, no other one takes over, and those of others are whole', async () => {
  const folder = scratch();
  await using lab = await startCluster({ dir: `${folder}/lab`, nodes: 1, with: ['redis'] });
  const files = `${folder}/files`;
  await using workers = new AsyncDisposableStack();
  const start = async (name: string, maxJobs = ROOMS): Promise<EgressWorker> =>
    workers.use(
      await startEgressWorker({
        ...{ redisUrl: lab.redisUrl ?? '', folder: files, name, maxJobs },
      }),
    );
  const deployment = ['--url', lab.url, '--api-key', lab.apiKey, '--api-secret', lab.apiSecret];
  const load = startSwarm([
    ...['--rooms', String(ROOMS), '--participants', '1', '--publish', 'audio,video'],
    ...['--video', '180p', '--duration', '10m', ...deployment],
  ]);
  const written = (): number =>
    existsSync(files)
      ? readdirSync(files, { recursive: true, encoding: 'utf8' }).filter((name) =>
          name.endsWith('.mp4'),
        ).length
      : 0;
  /** Records all rooms, and lets something happen to the workers meanwhile. */
  const record = async (
    meanwhile: (() => void) | null = null,
    time = '8s',
  ): Promise<RecordingOutcome> => {
    const before = written();
    const recording = runSwarm([
      ...['recordings', 'run', '--egress', 'participant', '--rooms-within', '60s', '--json'],
      ...['--for', time, '--files', files, '--start-within', '10s', '--finish-within', '6s'],
      ...deployment,
    ]);
    if (meanwhile !== null) {
      await expect.poll(() => written() - before, { timeout: 60_000 }).toBe(ROOMS);
      await sleep(2_000);
      meanwhile();
    }
    return outcomeOfRecordings(await recording);
  };
  /** Expects that two workers shared the recordings, and the defects of those of each. */
  const expectOf = (outcome: RecordingOutcome, expected: Record<string, unknown>): void => {
    expect(Object.keys(outcome).sort()).toEqual(Object.keys(expected).sort());
    for (const [name, all] of Object.entries(outcome))
      for (const defects of all) expect([name, defects]).toEqual([name, expected[name]]);
  };
  const [one, two] = [await start('egress-1'), await start('egress-2')];

  // Killed: its recordings are active for ever, and have no end. The other worker continues.
  const killed = await record(() => one.signal('SIGKILL'));
  const cut: unknown = expect.arrayContaining(['not_ended', 'unreadable']);
  expectOf(killed, { 'egress-1': cut, 'egress-2': [] });
  two.signal('SIGTERM');
  expect(await two.ended).toBe(0);

  // A pool that is full takes what it can, and refuses the others; the server asks it several times.
  const full = await start('egress-3', 2);
  expect(await record(null, '25s')).toEqual({
    'egress-3': [[], []],
    none: [['refused'], ['refused']],
  });
  full.signal('SIGTERM');
  await full.ended;

  // Stopped in order: it ends what it has, takes nothing else, and is gone then.
  const [four, five] = [await start('egress-4'), await start('egress-5')];
  const stopped = await record(() => four.signal('SIGTERM'));
  expectOf(stopped, { 'egress-4': [], 'egress-5': [] });
  expect(await four.ended).toBe(0);

  // Hangs: the stop is not answered, and the recording continues.
  await start('egress-6');
  const hung = await record(() => five.signal('SIGSTOP'));
  const open: unknown = expect.arrayContaining(['not_ended']);
  expectOf(hung, { 'egress-5': open, 'egress-6': [] });
  five.signal('SIGCONT');
  load.signal('SIGINT');
  await load.ended;
});
