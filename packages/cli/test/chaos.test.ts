/** `swarm chaos` on a lab that stands: a drill, one that is killed and healed afterwards, one that is interrupted. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { afterEach, expect, it } from 'vitest';
import { type LabWorld, labWorld } from './support/lab-world.ts';
import { descendantsOf, type ProcessId } from './support/processes.ts';
import { scratch, startSwarm } from './support/swarm.ts';

await skipWithout('redis', 'haproxy');

let world: LabWorld | null = null;
afterEach(async () => {
  await world?.run('lab', 'down');
});

const labUp = async (): Promise<LabWorld> => {
  const made = labWorld();
  world = made;
  expect(await made.run('lab', 'up', '--nodes', '2', '--with', 'haproxy')).toMatchObject({
    code: 0,
  });
  return made;
};

const drill = (fault: string, recovery = '8s'): string => {
  const path = join(scratch(), 'drill.yaml');
  writeFileSync(
    path,
    `drill: small
crowd: { rooms: 2, participants: 2, joinRate: 20/s }
steady: { within: 4s, for: 2s }
faults: [${fault}]
recovery: ${recovery}
`,
  );
  return path;
};

const HANG = '{ fault: hang, aim: room-node, for: 60s }';

const programsOf = ({ labs }: LabWorld): ProcessId[] => {
  const { supervisor } = JSON.parse(readFileSync(join(labs, 'lab', 'lab.json'), 'utf8')) as {
    supervisor: { pid: number };
  };
  return descendantsOf(supervisor.pid);
};

/** Whether any program of the lab has been stopped: `T` in proc(5). */
const stopped = (lab: LabWorld): boolean =>
  programsOf(lab).some(({ pid }) =>
    / T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/, '')),
  );

it('carries a drill out, and says who was back when', async () => {
  const { run } = await labUp();
  const file = drill('{ fault: hang, aim: room-node, for: 2s }');
  const record = join(scratch(), 'record');
  const { code, out, err } = await run(
    'chaos',
    'run',
    file,
    '--lab',
    'lab',
    '--json',
    '--record',
    record,
  );
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  const result = JSON.parse(out) as {
    verdict: string;
    target: string;
    repeats: { recovery: { pairsHit: number; neverRecovered: number; rto: { max: number } } }[];
  };
  expect(result).toMatchObject({ verdict: 'passed', target: 'lab "lab"' });
  const [repeat] = result.repeats;
  expect(repeat?.recovery.pairsHit).toBeGreaterThan(0);
  expect(repeat?.recovery.neverRecovered).toBe(0);
  expect(Math.abs((repeat?.recovery.rto.max ?? 0) - 2_000)).toBeLessThan(500);

  expect(readFileSync(join(record, 'drill.json'), 'utf8')).toBe(out);
  const again = await run(
    'chaos',
    'report',
    record,
    '--json',
    '--report',
    'html',
    '--report',
    'junit',
  );
  expect({ code: again.code, files: again.err }).toEqual({
    code: 0,
    files: `Report html: ${join(record, 'drill.html')}\nReport junit: ${join(record, 'junit.xml')}\n`,
  });
  expect(withoutLength(again.out)).toEqual(withoutLength(out));
});

/** How long it took counts what came after the last line of its record. */
const withoutLength = (json: string): object =>
  JSON.parse(json, (key, value: unknown) => (key === 'tookMs' ? undefined : value)) as object;

it('takes back what a drill left that was killed', async () => {
  const lab = await labUp();
  const record = join(scratch(), 'record');
  const swarm = startSwarm(
    ['chaos', 'run', drill(HANG), '--lab', 'lab', '--record', record],
    lab.env,
  );
  await swarm.says(/hang → /, 60_000);
  expect(await lab.run('chaos', 'heal')).toMatchObject({
    code: 0,
    out: expect.stringContaining('Left alone: hang of node-'),
  });
  swarm.signal('SIGKILL');
  await swarm.ended;
  expect(stopped(lab)).toBe(true);
  expect(await lab.run('chaos', 'heal')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^Healed: hang of node-\d by "small"/),
  });
  expect(stopped(lab)).toBe(false);
  expect(await lab.run('chaos', 'heal')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^There is nothing to heal in .*journal\.\n$/),
  });
  // What it had written can be read, and nothing is claimed about the rest.
  expect(await lab.run('chaos', 'report', record)).toMatchObject({
    code: 98,
    out: expect.stringMatching(
      /^\? INCONCLUSIVE \(exit 98\) {2}small\n[\s\S]*the record breaks off/,
    ),
  });
});

it('says which parts do not run, before anything is done to them', async () => {
  const lab = await labUp();
  const { run } = lab;
  const node = programsOf(lab).find(
    ({ name, command }) => name.startsWith('livekit') && command.includes('node-2'),
  );
  process.kill(node?.pid ?? Number.NaN, 'SIGKILL');
  await expect
    .poll(async () => (await run('chaos', 'doctor', '--lab', 'lab')).out, { timeout: 10_000 })
    .toContain('node-2 does not run: start it before a drill');
  expect(await run('chaos', 'plan', drill(HANG), '--lab', 'lab')).toMatchObject({
    code: 0,
    out: expect.stringContaining('! node-2 does not run'),
  });
});

it('tells nothing of the server when its lab is ended meanwhile, and leaves nothing behind', async () => {
  const lab = await labUp();
  const record = join(scratch(), 'record');
  const swarm = startSwarm(
    [
      'chaos',
      'run',
      drill('{ fault: kill, aim: room-node, for: 60s }'),
      '--lab',
      'lab',
      '--record',
      record,
    ],
    lab.env,
  );
  await swarm.says(/kill → /, 60_000);
  expect(await lab.run('lab', 'down')).toMatchObject({ code: 0 });
  expect(await swarm.ended).toBe(3);
  expect(swarm.stderr()).toContain('error: the lab "lab" was ended while the drill was on it');
  expect(await lab.run('chaos', 'heal')).toMatchObject({
    code: 0,
    out: expect.stringContaining('nothing to heal'),
  });
  expect(await lab.run('chaos', 'report', record)).toMatchObject({
    code: 98,
    out: expect.stringMatching(/^\? VOID \(exit 98\) {2}small\n[\s\S]*the lab "lab" was ended/),
  });
});

it('heals on Ctrl-C, and is soon gone', async () => {
  const lab = await labUp();
  const swarm = startSwarm(
    ['chaos', 'run', drill(HANG), '--lab', 'lab', '--record', join(scratch(), 'record')],
    lab.env,
  );
  await swarm.says(/hang → /, 60_000);
  expect(stopped(lab)).toBe(true);
  swarm.signal('SIGINT');
  expect(await swarm.ended).toBe(130);
  expect(swarm.stderr()).toContain('Interrupted: what was injected is healed');
  expect(swarm.stdout()).toContain('INTERRUPTED (exit 130)');
  expect(stopped(lab)).toBe(false);
  expect(await lab.run('chaos', 'heal')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^There is nothing to heal in .*journal\.\n$/),
  });
});

it('goes on, and heals, when nobody reads any more what it says', async () => {
  const lab = await labUp();
  const record = join(scratch(), 'record');
  const args = [
    'chaos',
    'run',
    drill('{ fault: hang, aim: room-node, for: 3s }'),
    '--lab',
    'lab',
    '--record',
    record,
  ];
  const swarm = startSwarm(args, lab.env);
  await swarm.says(/hang → /, 60_000);
  swarm.turnAway();
  expect(await swarm.ended).toBe(0);
  expect(stopped(lab)).toBe(false);
  expect(await lab.run('chaos', 'heal')).toMatchObject({
    code: 0,
    out: expect.stringContaining('nothing to heal'),
  });
});
