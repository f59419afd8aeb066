/** Media files of users that cannot be published are refused before anything starts. */
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runSwarm, scratch } from '../support/swarm.ts';

const FILES = fileURLToPath(new URL('../../packages/media/test/files/', import.meta.url));

const SCENARIO = `scenario: own
groups:
  radio:
    executor: constant-rooms
    rooms: 1
    duration: 10s
    roles:
      station: { publish: [{ media: FILE, as: KIND }] }
      listener: { count: 3 }
`;

/** A folder with a scenario, which publishes a file in the same folder. */
const folderWith = (file: string, kind: string, bytes: Uint8Array | null): string => {
  const folder = scratch();
  if (bytes !== null) writeFileSync(join(folder, file), bytes);
  const text = SCENARIO.replace('FILE', file).replace('KIND', kind);
  writeFileSync(join(folder, 'own.yaml'), text);
  return folder;
};

const read = (name: string): Buffer => readFileSync(join(FILES, name));

it.each<[string, string, Uint8Array | null, RegExp]>([
  ['no.mp4', 'video', null, /no\.mp4: file not found[\s\S]*relative to the scenario file/],
  ['aac.mp4', 'audio', read('b-frames-aac.mp4'), /has AAC audio; Opus can be sent[\s\S]*ffmpeg/],
  ['b.mp4', 'video', read('b-frames-aac.mp4'), /has B-frames/],
  ['h265.mp4', 'video', read('h265.mp4'), /has H\.265 video; H\.264 can be sent/],
  ['cut.mp4', 'video', read('h264-opus.mp4').subarray(0, 3_000), /truncated/],
])('%s as %s is refused, and nothing starts', async (file, kind, bytes, message) => {
  const folder = folderWith(file, kind, bytes);
  const run = await runSwarm(['run', 'own.yaml'], { XDG_CACHE_HOME: scratch() }, folder);
  expect(run.exit).toBe(2);
  expect(run.stderr).toMatch(message);
  expect(existsSync(join(folder, 'records'))).toBe(false);
});

it('a file outside the folder of the scenario is not published, unless it was allowed', async () => {
  const folder = scratch();
  const file = join(FILES, 'h264-opus.mp4');
  writeFileSync(join(folder, 'own.yaml'), SCENARIO.replace('FILE', file).replace('KIND', 'audio'));
  const target = ['--url', 'ws://127.0.0.1:9', '--api-key', 'key', '--api-secret', 'secret'];
  const env = { XDG_CACHE_HOME: scratch() };
  const refused = await runSwarm(['run', 'own.yaml', ...target], env, folder);
  expect(refused.exit).toBe(2);
  expect(refused.stderr).toContain(`--allow-file ${file}`);
  const allowed = await runSwarm(
    ['run', 'own.yaml', '--allow-file', FILES, ...target],
    env,
    folder,
  );
  expect(allowed.stderr).not.toContain('may not read');
  expect(allowed.exit).toBe(3);
});

it('hosts of a queue do not have the files', async () => {
  const folder = folderWith('own.mp4', 'audio', read('h264-opus.mp4'));
  const target = ['--url', 'ws://127.0.0.1:9', '--api-key', 'key', '--api-secret', 'secret'];
  const run = await runSwarm(
    ['run', 'own.yaml', '--queue', 'redis://127.0.0.1:9', ...target],
    { XDG_CACHE_HOME: scratch() },
    folder,
  );
  expect(run.exit).toBe(2);
  expect(run.stderr).toMatch(/own media files cannot be published on the hosts of a queue/);
});

it('a plan has the rates of the file, which is prepared once', async () => {
  const folder = folderWith('own.mp4', 'audio', null);
  copyFileSync(join(FILES, 'h264-opus.mp4'), join(folder, 'own.mp4'));
  const cache = scratch();
  const run = await runSwarm(['plan', 'own.yaml', '--json'], { XDG_CACHE_HOME: cache }, folder);
  expect(run.exit).toBe(0);
  const clips = readdirSync(cache, { recursive: true, encoding: 'utf8' });
  expect(clips.filter((name) => name.endsWith('-audio.clip'))).toHaveLength(1);
});
