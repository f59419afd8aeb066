/** `swarm chaos night` on a running lab: new, known and changed outcomes, and a night that is interrupted and continued. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { sharedLab, stopped } from '../support/lab-drill.ts';
import { scratch, startSwarm } from '../support/swarm.ts';

const runningLab = sharedLab(await skipWithout('redis', 'haproxy'));

const SMALL = `load: { rooms: 1, participants: 2, joinRate: 20/s }
steadyState: { within: 4s, for: 2s }
recovery: 5s
`;
const HANG = 'faults: [{ fault: hang, target: room-node, for: 2s }]\n';

/** A folder of drills by their names. */
const drills = (files: Record<string, string>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'swarm-night-'));
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(folder, `${name}.yaml`), `drill: ${name}\n${SMALL}${text}`);
  return folder;
};

interface Night {
  exitCode: number;
  drills: { drill: string; finding: string; outcome: string; reasons: string[] }[];
  leftOut: { drill: string; reason: { code: string } }[];
}
const nightOf = (json: string): Night => JSON.parse(json) as Night;
const findingsOf = ({ drills: all }: Night): Record<string, string> =>
  Object.fromEntries(all.map(({ drill, finding, outcome }) => [drill, `${finding} ${outcome}`]));

it('fails on a new outcome, and not on a known one', async () => {
  const { run } = runningLab();
  const folder = drills({
    calm: 'faults: []\n',
    // No participant recovers from a hang of 2 s so soon.
    strict: `${HANG}objectives: { timeToRecover: { max: 100ms } }\n`,
    // The lab does not have this setting.
    limited: 'lab: { config: { room: { max_participants: 2 } } }\nfaults: []\n',
  });
  const history = join(scratch(), 'history.ndjson');
  const night = async (...more: string[]) => {
    const args = ['chaos', 'night', folder, '--lab', 'lab', '--history', history, '--json'];
    const { code, out, err } = await run(...args, '--record', join(scratch(), 'night'), ...more);
    return { code, err, result: nightOf(out) };
  };
  const first = await night('--seed', '3');
  expect({ code: first.code, found: findingsOf(first.result), err: first.err }).toMatchObject({
    code: 99,
    found: { calm: 'new passed', strict: 'new failed' },
    err: expect.stringContaining('order by --seed 3'),
  });
  expect(first.result.leftOut).toMatchObject([
    { drill: 'limited', reason: { code: 'needs_own_lab' } },
  ]);
  const second = await night();
  expect({ code: second.code, found: findingsOf(second.result) }).toEqual({
    code: 0,
    found: { calm: 'known passed', strict: 'known failed' },
  });
  const expectations = join(scratch(), 'expectations.yaml');
  writeFileSync(expectations, 'drills: { strict: { outcome: passed } }\n');
  const third = await night('--expectations', expectations, '--max-duration', '1m');
  expect(third.code).toBe(99);
  expect(findingsOf(third.result)).toMatchObject({ strict: 'changed failed' });
  const lines = readFileSync(history, 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { drill: string }).drill).toSorted()).toEqual([
    ...['calm', 'calm', 'calm', 'strict', 'strict', 'strict'],
  ]);
});

it('rolls back on Ctrl-C, writes what there is, and is continued', async () => {
  const lab = runningLab();
  const folder = drills({
    one: 'faults: [{ fault: hang, target: room-node, for: 3s }]\n',
    two: 'faults: [{ fault: hang, target: room-node, for: 3s }]\n',
  });
  const history = join(scratch(), 'history.ndjson');
  const record = join(scratch(), 'night');
  const args = ['chaos', 'night', folder, '--lab', 'lab', '--history', history];
  const swarm = startSwarm([...args, '--record', record, '--seed', '3'], lab.env);
  await swarm.says(/fault injected: hang/, 60_000);
  swarm.signal('SIGINT');
  expect(await swarm.ended).toBe(130);
  expect(stopped(lab)).toBe(false);
  expect(swarm.stdout()).toContain('INTERRUPTED (exit 130)');
  expect(swarm.stdout()).toContain('the night was interrupted');
  expect(readdirSync(record)).toEqual(expect.arrayContaining(['night.html', 'night-junit.xml']));

  const other = await lab.run(...args, '--record', record, '--resume', '--seed', '4');
  expect(other).toMatchObject({ code: 2, err: expect.stringContaining('has --seed 3, not 4') });
  const { code, out } = await lab.run(...args, '--record', record, '--resume', '--json');
  expect({ code, found: findingsOf(nightOf(out)) }).toEqual({
    code: 0,
    found: { one: 'new passed', two: 'new passed' },
  });
  expect(await lab.run(...args, '--record', record, '--resume')).toMatchObject({
    code: 2,
    err: expect.stringContaining('is complete'),
  });
});
