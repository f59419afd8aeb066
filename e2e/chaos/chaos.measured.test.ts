/** `swarm chaos` on a running lab: a drill to its verdict, one that is killed, interrupted or loses its lab, and a lab that is not whole. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { drill, programsOf, sharedLab, startLab, stopped } from '../support/lab-drill.ts';
import { labWorld } from '../support/lab-world.ts';
import { scratch, startSwarm } from '../support/swarm.ts';

const runningLab = sharedLab(await skipWithout('redis', 'haproxy'));

const HANG = '{ fault: hang, target: room-node, for: 60s }';

it('drills the load of a scenario, and judges publishers and listeners apart', async () => {
  const { run } = runningLab();
  const folder = scratch();
  writeFileSync(
    join(folder, 'radio.yaml'),
    `scenario: radio
groups:
  channels:
    executor: constant-rooms
    rooms: 2
    joinRate: 20/s
    duration: 5s
    roles: { dj: { count: 1, publish: [{ audio: music }] }, listener: { count: 3 } }
`,
  );
  const file = join(folder, 'drill.yaml');
  writeFileSync(
    file,
    `drill: radio-hang
scenario: radio.yaml
steadyState: { within: 4s, for: 2s }
faults: [{ fault: hang, target: room-node, for: 2s }]
recovery: 8s
objectives:
  roles:
    dj: { publishing: { timeToRecover: { max: 5s }, notRecovered: 0 } }
    listener: { receiving: { timeToRecover: { max: 5s }, notRecovered: 0 } }
`,
  );
  const { code, out, err } = await run('chaos', 'run', file, '--lab', 'lab', '--json');
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  const { repeats } = JSON.parse(out) as {
    repeats: {
      objectives: { role?: string; direction?: string; met: boolean; measured: number }[];
      recovery: {
        subscriptions: { publisher: string }[];
        roles: { role: string; direction: string; count: number; timeToRecover: { max: number } }[];
      };
    }[];
  };
  const [repeat] = repeats;
  // Listeners receive their DJ and nothing else; a DJ receives nothing.
  expect(repeat?.recovery.subscriptions).toHaveLength(6);
  const roles = repeat?.recovery.roles ?? [];
  expect(roles.map(({ role, direction, count }) => [role, direction, count])).toEqual([
    ['dj', 'publishing', 2],
    ['listener', 'receiving', 6],
  ]);
  for (const { timeToRecover } of roles)
    expect(Math.abs(timeToRecover.max - 2_000)).toBeLessThan(500);
  expect(repeat?.objectives.filter(({ role }) => role !== undefined)).toHaveLength(4);
});

it('runs a drill and reports the time to recover', async () => {
  const { run } = runningLab();
  const file = drill('{ fault: hang, target: room-node, for: 2s }');
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
    deployment: string;
    repeats: {
      recovery: {
        subscriptionsInterrupted: number;
        subscriptionsNotRecovered: number;
        timeToRecover: { max: number };
      };
    }[];
  };
  expect(result).toMatchObject({ verdict: 'passed', deployment: 'lab "lab"' });
  const [repeat] = result.repeats;
  expect(repeat?.recovery.subscriptionsInterrupted).toBeGreaterThan(0);
  expect(repeat?.recovery.subscriptionsNotRecovered).toBe(0);
  expect(Math.abs((repeat?.recovery.timeToRecover.max ?? 0) - 2_000)).toBeLessThan(500);

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

/** Result without its duration, which counts what came after the last line of the record. */
const withoutLength = (json: string): object =>
  JSON.parse(json, (key, value: unknown) => (key === 'durationMs' ? undefined : value)) as object;

it('continues and rolls back after its output is closed', async () => {
  const lab = runningLab();
  const record = join(scratch(), 'record');
  const args = [
    'chaos',
    'run',
    drill('{ fault: hang, target: room-node, for: 3s }'),
    '--lab',
    'lab',
    '--record',
    record,
  ];
  const swarm = startSwarm(args, lab.env);
  await swarm.says(/fault injected: hang/, 60_000);
  swarm.closeOutput();
  expect(await swarm.ended).toBe(0);
  expect(stopped(lab)).toBe(false);
  expect(await lab.run('chaos', 'rollback')).toMatchObject({
    code: 0,
    out: expect.stringContaining('Nothing to roll back'),
  });
});

it('rolls back faults that a killed drill left', async () => {
  const lab = runningLab();
  const record = join(scratch(), 'record');
  const swarm = startSwarm(
    ['chaos', 'run', drill(HANG), '--lab', 'lab', '--record', record],
    lab.env,
  );
  await swarm.says(/fault injected: hang/, 60_000);
  expect(await lab.run('chaos', 'rollback')).toMatchObject({
    code: 0,
    out: expect.stringContaining('Not touched: hang of node-'),
  });
  swarm.signal('SIGKILL');
  await swarm.ended;
  expect(stopped(lab)).toBe(true);
  expect(await lab.run('chaos', 'rollback')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^Rolled back: hang of node-\d by "small"/),
  });
  expect(stopped(lab)).toBe(false);
  expect(await lab.run('chaos', 'rollback')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^Nothing to roll back in .*journal\.\n$/),
  });
  // What it had written can be read, and nothing is claimed about the rest.
  expect(await lab.run('chaos', 'report', record)).toMatchObject({
    code: 98,
    out: expect.stringMatching(
      /^\? INCONCLUSIVE \(exit 98\) {2}lab of \d nodes?[^\n]*: small\n[\s\S]*the record is truncated/,
    ),
  });
});

it('rolls back on Ctrl-C and exits soon', async () => {
  const lab = runningLab();
  const swarm = startSwarm(
    ['chaos', 'run', drill(HANG), '--lab', 'lab', '--record', join(scratch(), 'record')],
    lab.env,
  );
  await swarm.says(/fault injected: hang/, 60_000);
  expect(stopped(lab)).toBe(true);
  swarm.signal('SIGINT');
  expect(await swarm.ended).toBe(130);
  expect(swarm.stderr()).toContain('Interrupted: rolling back all faults');
  expect(swarm.stdout()).toContain('INTERRUPTED (exit 130)');
  expect(stopped(lab)).toBe(false);
  expect(await lab.run('chaos', 'rollback')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^Nothing to roll back in .*journal\.\n$/),
  });
});

it('is inconclusive when its lab is ended meanwhile, and leaves nothing behind', async () => {
  const lab = labWorld();
  await startLab(lab);
  try {
    const record = join(scratch(), 'record');
    const swarm = startSwarm(
      [
        'chaos',
        'run',
        drill('{ fault: kill, target: room-node, for: 60s }'),
        '--lab',
        'lab',
        '--record',
        record,
      ],
      lab.env,
    );
    await swarm.says(/fault injected: kill/, 60_000);
    expect(await lab.run('lab', 'down')).toMatchObject({ code: 0 });
    expect(await swarm.ended).toBe(3);
    expect(swarm.stderr()).toContain('error: the lab "lab" was stopped during the drill');
    expect(await lab.run('chaos', 'rollback')).toMatchObject({
      code: 0,
      out: expect.stringContaining('Nothing to roll back'),
    });
    expect(await lab.run('chaos', 'report', record)).toMatchObject({
      code: 98,
      out: expect.stringMatching(
        /^\? VOID \(exit 98\) {2}lab of \d nodes?[^\n]*: small\n[\s\S]*the lab "lab" was stopped during the drill/,
      ),
    });
  } finally {
    await lab.run('lab', 'down');
  }
});

// The last one: afterwards, the lab has one node.
it('names components that do not run, before anything is injected', async () => {
  const lab = runningLab();
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
