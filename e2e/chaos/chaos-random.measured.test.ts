/** `swarm chaos random` on a running lab: one drill, its file, its history and its reports. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { sharedLab } from '../support/lab-drill.ts';
import { scratch } from '../support/swarm.ts';

const runningLab = sharedLab(await skipWithout('redis', 'haproxy'));

interface Search {
  exitCode: number;
  seed: number;
  isComplete: boolean;
  drills: { drill: string; outcome: string; record: string; faults: { fault: string }[] }[];
}

it('executes a drill of a seed, keeps its file and a history, and is complete', async () => {
  const lab = runningLab();
  const record = join(scratch(), 'search');
  const search = ['chaos', 'random', '--lab', 'lab', '--record', record];
  const schedule = ['--seed', '7', '--faults', 'load-balancer-restart', '--span', '2s'];
  const small = ['--rooms', '1', '--participants', '2', '--recovery', '32s'];
  const { code, out } = await lab.run(...search, ...schedule, ...small, '--drills', '1', '--json');
  const result = JSON.parse(out) as Search;
  // A busy host decides nothing; the server violates nothing when its load balancer restarts.
  expect([0, 98]).toContain(code);
  expect(result).toMatchObject({ exitCode: code, seed: 7, isComplete: true });
  const [drill] = result.drills;
  if (drill === undefined) throw new Error('no drill was executed');
  expect(drill.outcome).toBe(code === 0 ? 'held' : 'undecided');
  expect(drill.faults.map(({ fault }) => fault)).toEqual(['load-balancer-restart']);

  const lines = readFileSync(join(record, 'history.ndjson'), 'utf8').trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(result.drills);
  expect(readdirSync(record)).toEqual(
    expect.arrayContaining(['random.html', 'random-junit.xml', 'random.md', 'result.json']),
  );
  expect(readdirSync(drill.record)).toEqual(
    expect.arrayContaining(['record.ndjson', 'drill.html', 'random-7-1.yaml']),
  );
  // The file is an ordinary drill, and the one that the seed gives again.
  const file = join(drill.record, 'random-7-1.yaml');
  expect(await lab.run('chaos', 'validate', file)).toMatchObject({ code: 0 });
  const printed = await lab.run(...search, ...schedule, ...small, '--print', '1');
  expect(printed.out).toBe(readFileSync(file, 'utf8'));
  expect(await lab.run(...search, '--resume')).toMatchObject({
    code: 2,
    err: expect.stringContaining('is complete'),
  });
});
