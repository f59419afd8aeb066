/** Callers that speak a file of the user. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startLiveKit } from '@livekit-swarm/lab';
import { recordLines } from '@livekit-swarm/record';
import { expect, it } from 'vitest';
import { readOggOpus } from '../../packages/media/src/ogg-opus.ts';
import { accessTo } from '../support/callers.ts';
import { opusFile, SILENCE } from '../support/opus-file.ts';
import { runSwarm, scratch, startSwarm } from '../support/swarm.ts';
import { timesOfWorker } from '../support/worker-log.ts';

const SPEECH = fileURLToPath(new URL('../../scripts/clips/encoded/speech.opus', import.meta.url));

/** A folder with a scenario, and the file that its caller speaks. */
const folderWith = (name: string, file: Uint8Array): string => {
  const folder = scratch();
  writeFileSync(join(folder, name), file);
  writeFileSync(
    join(folder, 'calls.yaml'),
    `scenario: calls
groups:
  calls:
    executor: constant-rooms
    rooms: 1
    duration: 16s
    roles:
      caller: { publish: [{ media: ${name} }], conversation: { agent: reference, answerWithin: 5s } }
`,
  );
  return folder;
};

const silence = (seconds: number): Uint8Array[] =>
  Array.from({ length: seconds * 50 }, () => SILENCE);

it('a caller speaks its file, and its answer is measured from the last voice in the file', async () => {
  const words = readOggOpus(readFileSync(SPEECH)).packets.slice(0, 110);
  const packets = [...silence(1), ...words.map(({ data }) => data), ...silence(2)];
  const folder = folderWith('question.ogg', opusFile(packets));
  await using server = await startLiveKit({ dir: scratch() });
  const flags = ['--agent', 'reference', '--after', '500ms', '--length', '1s'];
  const worker = startSwarm(['agents', 'worker', ...flags], accessTo(server));
  await worker.says(/registered as AW_/);
  const run = await runSwarm(
    ['agents', 'run', 'calls.yaml', '--record', 'record'],
    { ...accessTo(server), XDG_CACHE_HOME: scratch() },
    folder,
  );
  const turns: { spokenMs: number; responseMs?: number }[] = [];
  for await (const line of recordLines(join(folder, 'record/record.ndjson')))
    if (line.type === 'event' && line.turn !== undefined) turns.push(line.turn);
  expect(turns.length, run.stderr).toBeGreaterThan(0);
  const own = timesOfWorker(worker.stderr()).map(({ afterMs }) => afterMs);
  for (const { spokenMs, responseMs = 0 } of turns) {
    // 110 frames; the file has three seconds of silence more.
    expect(spokenMs).toBeGreaterThan(1_500);
    expect(spokenMs).toBeLessThan(2_300);
    // What the agent needed by its own account; two seconds more, measured from the end of the file.
    expect(Math.min(...own.map((ms) => Math.abs(responseMs - ms)))).toBeLessThan(300);
  }
});

it.each<[string, Uint8Array, RegExp]>([
  ['question.wav', Buffer.from('RIFF'), /is not a kind of file that can be published[\s\S]*ffmpeg/],
  ['cut.ogg', readFileSync(SPEECH).subarray(0, 5_000), /cut\.ogg: .*truncated/],
])('%s is refused before anything starts', async (name, file, message) => {
  const folder = folderWith(name, file);
  const env = { XDG_CACHE_HOME: scratch() };
  const { exit, stderr } = await runSwarm(['agents', 'run', 'calls.yaml'], env, folder);
  expect(stderr).toMatch(message);
  expect(exit).toBe(2);
});
