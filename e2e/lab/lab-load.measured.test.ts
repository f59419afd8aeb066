import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { gone, labWorld, supervisorOf } from '../support/lab-world.ts';
import { descendantsOf } from '../support/processes.ts';
import { startSwarm } from '../support/swarm.ts';

await skipWithout('redis', 'haproxy');

interface Described {
  url: string;
  keys: string;
  services: { name: string; url?: string; up?: boolean }[];
}

type Level = { max: number } | null;
type Levels = Record<'cpuCores' | 'goroutines' | 'rooms', Level>;

interface LoadResult {
  deployment: { nodes: string[] };
  serverMetrics: {
    nodes: (Levels & { node: string })[];
    total: Levels | null;
    missing: unknown[];
    after: unknown;
  };
}

it('keeps running after the command ends, accepts load, and leaves nothing behind', async () => {
  const { run, labs, env } = labWorld();
  const up = await run('lab', 'up', '--nodes', '2', '--with', 'haproxy', '--json');
  expect(up).toMatchObject({ code: 0 });
  const lab = JSON.parse(up.out) as Described;
  expect(lab.services.map(({ name }) => name)).toEqual(['redis', 'node-1', 'node-2', 'haproxy']);
  const everything = descendantsOf(supervisorOf(labs));
  try {
    const secret = /LIVEKIT_API_SECRET=(\S+)/.exec(readFileSync(lab.keys, 'utf8'))?.[1] ?? 'none';
    expect(statSync(lab.keys).mode & 0o777).toBe(0o600);
    expect(up.out + up.err + readFileSync(join(labs, 'lab', 'lab.json'), 'utf8')).not.toContain(
      secret,
    );
    for (const { command } of everything) expect(command).not.toContain(secret);

    const status = await run('lab', 'status', '--json');
    expect(status.code).toBe(0);
    expect((JSON.parse(status.out) as Described[])[0]?.services.every(({ up: isUp }) => isUp)).toBe(
      true,
    );
    expect(await run('lab', 'up', '--nodes', '1')).toMatchObject({
      code: 3,
      err: expect.stringContaining('is up already'),
    });
    expect(await run('lab', 'logs', 'node-2', '-n', '5')).toMatchObject({
      code: 0,
      out: expect.stringContaining('starting LiveKit server'),
    });

    const keys = readFileSync(lab.keys, 'utf8').matchAll(/export (\w+)=(\S+)/g);
    const load = startSwarm(['--rooms', '12', '--duration', '3s', '--json'], {
      ...env,
      ...Object.fromEntries([...keys].map(([, key, value]) => [key, value])),
    });
    expect(await load.ended).toBe(0);
    const { deployment, serverMetrics } = JSON.parse(load.stdout()) as LoadResult;
    expect(deployment.nodes).toHaveLength(2);
    // The nodes of a lab are measured without a flag.
    expect(serverMetrics.missing).toEqual([]);
    expect(serverMetrics.nodes.map(({ node }) => node)).toEqual(['node-1', 'node-2']);
    for (const { cpuCores, goroutines, rooms } of serverMetrics.nodes) {
      expect(cpuCores?.max).toBeGreaterThan(0);
      expect(goroutines?.max).toBeGreaterThan(50);
      expect(rooms?.max).toBeGreaterThan(0);
    }
    expect(serverMetrics.total?.rooms?.max).toBe(12);
    expect(serverMetrics.after).toMatchObject({ participants: 0 });
  } finally {
    expect(await run('lab', 'down')).toMatchObject({ code: 0, out: 'The lab "lab" has ended.\n' });
  }
  expect(await gone(everything)).toBe(true);
  expect(readdirSync(labs)).toEqual([]);
  expect(await run('lab', 'status')).toMatchObject({
    code: 3,
    out: expect.stringContaining('There is no lab'),
  });
});
