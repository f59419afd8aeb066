/**
 * Recordings in a bucket of a real server with the API of S3: read with the keys of the environment and of a
 * profile, and not judged where the storage refuses them.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startCluster } from '@livekit-swarm/lab';
import { EgressStandIn } from '@livekit-swarm/testkit/egress/stand-in';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import {
  S3_REGION,
  type S3Server,
  s3ServerNeeds,
  startS3Server,
} from '@livekit-swarm/testkit/s3-server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runSwarm, scratch, startSwarm } from '../support/swarm.ts';

const skipped = await skipWithout('ffmpeg', 'redis', ...s3ServerNeeds());

const BUCKET = 'lessons';
const OWNER = { accessKey: 'OWNER', secretKey: 'owner-hunter2', actions: ['Admin'] };
const READER = {
  ...{ accessKey: 'READER', secretKey: 'reader-hunter2' },
  actions: [`Read:${BUCKET}`, `List:${BUCKET}`],
};

let server: S3Server;
beforeAll(async () => {
  if (skipped === null) server = await startS3Server([OWNER, READER]);
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
});

const keys = ({ accessKey, secretKey }: { accessKey: string; secretKey: string }) => ({
  ...{ AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey },
  // No other host is asked for keys.
  AWS_EC2_METADATA_DISABLED: 'true',
});

/** Puts a whole recording, a mute one and a playlist that lacks a segment into buckets. */
const fill = async (): Promise<void> => {
  const folder = scratch();
  const input = ['testsrc=s=320x180:r=25', 'sine=r=48000'].flatMap((source) => [
    ...['-f', 'lavfi', '-t', '4', '-i', source],
  ]);
  const make = (name: string, ...output: string[]): void =>
    void execFileSync('ffmpeg', [
      '-nostdin',
      '-v',
      'error',
      ...input,
      ...output,
      join(folder, name),
    ]);
  make('room.mp4');
  make('mute.mp4', '-an');
  make('live.m3u8', '-g', '25', '-f', 'hls', '-hls_time', '1', '-hls_list_size', '0');
  for (const name of readdirSync(folder)) {
    const body = readFileSync(join(folder, name));
    if (name !== 'live2.ts') await server.put(OWNER, BUCKET, `2026/${name}`, body);
    await server.put(OWNER, 'private', name, body);
  }
};

/** Checks recordings, with a folder of its own for those that are loaded. */
const check = async (env: Record<string, string>, ...files: string[]) => {
  const loaded = scratch();
  const expected = ['--published', '4s', '--tracks', 'audio,video', '--json', '--quiet'];
  const endpoint = ['--s3-endpoint', server.url];
  const outcome = await runSwarm(['recordings', 'check', ...files, ...expected, ...endpoint], {
    ...env,
    TMPDIR: loaded,
  });
  expect(readdirSync(loaded).filter((name) => name.startsWith('swarm-recording-'))).toEqual([]);
  const { recordings } = JSON.parse(outcome.stdout) as {
    recordings: { defects: { code: string }[]; unread: string | null }[];
  };
  expect(outcome.stdout + outcome.stderr).not.toContain('hunter2');
  return {
    exit: outcome.exit,
    codes: recordings.map(({ defects }) => defects.map(({ code }) => code)),
    unread: recordings.map(({ unread }) => unread),
  };
};

it('judges recordings in a bucket, and only those that the storage gives', async () => {
  await fill();
  const place = `s3://${BUCKET}/2026`;
  const names = ['room.mp4', 'mute.mp4', 'live.m3u8', 'none.mp4'].map((name) => `${place}/${name}`);
  const judged = await check(keys(READER), ...names);
  expect(judged).toMatchObject({ exit: 99, unread: [null, null, null, null] });
  expect(judged.codes).toEqual([
    [],
    ['missing_track'],
    expect.arrayContaining(['missing_segments']),
    ['missing'],
  ]);

  // A profile of AWS's tools, without keys in the environment.
  const profile = join(scratch(), 'credentials');
  writeFileSync(
    profile,
    `[radio]\naws_access_key_id = ${READER.accessKey}\naws_secret_access_key = ${READER.secretKey}\n`,
  );
  const none = { AWS_EC2_METADATA_DISABLED: 'true', AWS_SHARED_CREDENTIALS_FILE: profile };
  const ofProfile = { ...none, AWS_PROFILE: 'radio', AWS_REGION: S3_REGION };
  expect(await check(ofProfile, `${place}/room.mp4`)).toMatchObject({ exit: 0, codes: [[]] });

  // What the storage refuses is not a defect, and nothing passed.
  const refused = [
    [keys(READER), 's3://private/room.mp4', /s3:\/\/private\/room\.mp4: access denied/],
    [keys(OWNER), 's3://nobucket/room.mp4', /s3:\/\/nobucket: there is no such bucket/],
    [keys({ ...READER, secretKey: 'x' }), `${place}/room.mp4`, /the secret key is wrong/],
    [keys({ ...READER, accessKey: 'X' }), `${place}/room.mp4`, /the access key is not known/],
    [none, `${place}/room.mp4`, /no keys for it/],
  ] as const;
  for (const [env, file, problem] of refused) {
    const { exit, codes, unread } = await check(env, file);
    expect([exit, codes]).toEqual([98, [[]]]);
    expect(unread[0]).toMatch(problem);
  }
});

it('judges recordings of a load where egress stores them, and asks for the bucket first', async () => {
  const folder = scratch();
  await using lab = await startCluster({ dir: `${folder}/lab`, nodes: 1, with: ['redis'] });
  await using _ = await EgressStandIn.start({
    ...{ redisUrl: lab.redisUrl ?? '', folder: `${folder}/files` },
    // Two rooms: the file of one is lost on its way.
    upload: async (file, name) => {
      if (!name.includes('-2-'))
        await server.put(OWNER, 'stored', `radio/${name}`, readFileSync(file));
    },
  });
  const deployment = ['--url', lab.url, '--api-key', lab.apiKey, '--api-secret', lab.apiSecret];
  const record = (place: string, ...flags: string[]) =>
    runSwarm(
      [
        ...['recordings', 'run', '--rooms-within', '60s', '--for', '4s', '--egress', 'participant'],
        ...['--files', place, '--s3-endpoint', server.url, '--json', ...flags, ...deployment],
      ],
      keys(OWNER),
    );
  const refused = await record('s3://nobucket');
  expect(refused).toMatchObject({ exit: 3, stderr: expect.stringContaining('no such bucket') });

  await server.put(OWNER, 'stored', 'radio/', Buffer.alloc(0));
  const load = startSwarm([
    ...['--rooms', '2', '--participants', '1', '--publish', 'audio,video', '--video', '180p'],
    ...['--duration', '10m', ...deployment],
  ]);
  const { exit, stdout, stderr } = await record('s3://stored/radio');
  load.signal('SIGINT');
  await load.ended;
  expect(exit, stderr).toBe(99);
  const { recordings } = JSON.parse(stdout) as { recordings: { defects: { code: string }[] }[] };
  expect(recordings.map(({ defects }) => defects.map(({ code }) => code))).toEqual([
    [],
    ['missing'],
  ]);
});
