/** CPU profiles of livekit-server in the reports of runs, and what Go's own tool reads in them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findGo, startLiveKit } from '@livekit-swarm/lab';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { accessTo } from '../support/callers.ts';
import { resultOf, runSwarm, scratch } from '../support/swarm.ts';

/** CPU time of functions themselves, ms by name. */
const readByGo = async (file: string): Promise<Map<string, number>> => {
  const go = await findGo();
  if (go === null) throw new Error('Go is missing, which the lab builds livekit-server with');
  const { stdout } = await execa(go.path, [
    ...['tool', 'pprof', '-top', '-nodefraction=0', '-nodecount=5000', '-unit=ms', file],
  ]);
  const rows = /^ *([\d.]+)(?:ms)? +[\d.]+% +[\d.]+% +[\d.]+(?:ms)? +[\d.]+% +(.+)$/gm;
  return new Map(
    [...stdout.matchAll(rows)].map(([, ms, name = '']) => [
      name.replace(/ \(inline\)$/, ''),
      Number(ms),
    ]),
  );
};

it('a run that crosses a limit profiles the nodes whose profilers are named', async () => {
  await using server = await startLiveKit({ dir: scratch(), profiler: true });
  if (server.profilerUrl === null) throw new Error('the server has no profiler');
  const record = join(scratch(), 'record');
  const outcome = await runSwarm(
    [
      ...['run', '--rooms', '2', '--participants', '4', '--duration', '20s', '--json'],
      // No server meets it.
      ...['--threshold', 'join_time: p(95)<0.001'],
      ...['--url', server.url, '--record', record],
      ...['--server-pprof', `sfu=${server.profilerUrl}`],
      ...['--server-pprof', 'gone=http://127.0.0.1:9'],
    ],
    accessTo(server),
  );
  const [profile, gone] = resultOf(outcome).serverMetrics?.profiles ?? [];
  expect(gone, outcome.stderr).toMatchObject({
    ...{ node: 'gone', functions: [] },
    failure: expect.stringContaining('127.0.0.1:9'),
  });
  if (profile === undefined) throw new Error(`no profile: ${outcome.stderr}`);
  expect(profile).toMatchObject({ node: 'sfu', failure: null, file: 'profile-sfu.pb.gz' });
  expect(profile.durationMs).toBeGreaterThan(2_900);
  expect(profile.functions.length).toBeGreaterThan(0);

  const read = await readByGo(join(record, 'profile-sfu.pb.gz'));
  expect(profile.functions[0]?.selfMs).toBe(Math.max(...read.values()));
  for (const { name, selfMs } of profile.functions) expect(read.get(name), name).toBe(selfMs);

  const html = join(record, 'report.html');
  const { stdout } = await runSwarm(['report', record, '--no-color', '--report', `html=${html}`]);
  expect(stdout).toContain('No CPU profile of gone');
  expect(readFileSync(html, 'utf8')).toContain('Flame graph of sfu');
});
