/** `swarm chaos night` on a running lab: a night that is interrupted and continued. */
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
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
}
const nightOf = (json: string): Night => JSON.parse(json) as Night;
const findingsOf = ({ drills: all }: Night): Record<string, string> =>
  Object.fromEntries(all.map(({ drill, finding, outcome }) => [drill, `${finding} ${outcome}`]));

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
