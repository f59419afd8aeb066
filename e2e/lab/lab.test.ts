import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { gone, labWorld, supervisorOf } from '../support/lab-world.ts';
import { descendantsOf } from '../support/processes.ts';
import { scratch, startSwarm } from '../support/swarm.ts';

await skipWithout('redis', 'haproxy', 'prometheus', 'redis-exporter');

interface Described {
  url: string;
  keys: string;
  services: { name: string; url?: string; up?: boolean }[];
}

it('ends with its supervisor, whose death is reported', async () => {
  const { run, labs } = labWorld();
  expect(await run('lab', 'up', '--nodes', '2')).toMatchObject({ code: 0 });
  const supervisor = supervisorOf(labs);
  const everything = descendantsOf(supervisor);
  expect(everything.length).toBeGreaterThanOrEqual(7);
  process.kill(supervisor, 'SIGKILL');
  expect(await gone(everything)).toBe(true);
  expect(await run('lab', 'status')).toMatchObject({
    code: 3,
    out: expect.stringContaining('was killed'),
  });
  expect(await run('lab', 'down')).toMatchObject({
    code: 0,
    out: expect.stringContaining('had been killed'),
  });
  expect(readdirSync(labs)).toEqual([]);
});

it.each(['SIGINT', 'SIGKILL'] as const)(
  'leaves nothing when %s hits it while it comes up',
  async (signal) => {
    const { labs, env } = labWorld();
    const up = startSwarm(['lab', 'up', '--nodes', '3', '--with', 'haproxy,prometheus'], env);
    await up.says(/redis is up/);
    const everything = up.processes();
    up.signal(signal);
    await up.ended;
    expect(await gone(everything)).toBe(true);
    for (
      let tries = 0;
      tries < 100 && readdirSync(labs).some((name) => !name.endsWith('.lock'));
      tries++
    )
      await sleep(50);
    expect(readdirSync(labs).filter((name) => !name.endsWith('.lock'))).toEqual([]);
  },
);

it('follows logs until their lab has ended, and leaves nothing when it is killed at it', async () => {
  const { run, env } = labWorld();
  expect(await run('lab', 'up', '--nodes', '1')).toMatchObject({ code: 0 });
  const follow = async () => {
    const logs = startSwarm(['lab', 'logs', '--follow'], env);
    await expect.poll(logs.stdout, { timeout: 10_000 }).toContain('starting LiveKit server');
    return { logs, reading: logs.processes() };
  };
  try {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
      const { logs, reading } = await follow();
      expect(reading.map(({ name }) => name)).toContain('tail');
      logs.signal(signal);
      expect(await logs.ended).toBe(signal === 'SIGKILL' ? signal : 130);
      expect(await gone(reading), signal).toBe(true);
    }
    const { logs, reading } = await follow();
    expect(await run('lab', 'down')).toMatchObject({ code: 0 });
    expect(await logs.ended).toBe(0);
    expect(logs.stderr()).toBe('');
    expect(await gone(reading)).toBe(true);
  } finally {
    await run('lab', 'down');
  }
});

it('waits for a lab that is starting before it ends it', async () => {
  const { labs, env } = labWorld();
  const lock = join(labs, 'lab.lock');
  writeFileSync(lock, String(process.pid));
  const down = startSwarm(['lab', 'down'], env);
  await down.says(/is starting/);
  mkdirSync(join(labs, 'lab'));
  rmSync(lock);
  expect(await down.ended).toBe(0);
  // That folder has no lab in it: what raised it was killed, and left its files.
  expect(down.stdout()).toContain('had been killed');
  expect(readdirSync(labs)).toEqual([]);
});

it('prints how to read its keys, whatever its folder is called', async () => {
  const { env } = labWorld();
  const cache = join(scratch(), "Ann's cache");
  const swarm = async (...args: string[]) => {
    const command = startSwarm(['lab', ...args], { ...env, XDG_CACHE_HOME: cache });
    return { code: await command.ended, out: command.stdout() };
  };
  try {
    const up = await swarm('up', '--nodes', '1');
    const read = /^ {2}(\. .*keys\.env.*)$/m.exec(up.out)?.[1] ?? 'false';
    const { stdout } = await execa('sh', ['-ec', `${read}; echo $LIVEKIT_URL`]);
    expect(up.out).toContain(`is up: ${stdout}`);
  } finally {
    expect(await swarm('down')).toMatchObject({ code: 0 });
  }
});

it('has a Redis where its exporter is wanted', async () => {
  const { run } = labWorld();
  const up = await run('lab', 'up', '--nodes', '1', '--with', 'redis-exporter', '--json');
  try {
    expect(up).toMatchObject({ code: 0 });
    expect((JSON.parse(up.out) as Described).services.map(({ name }) => name)).toEqual([
      'redis',
      'node-1',
      'redis-exporter',
    ]);
  } finally {
    await run('lab', 'down');
  }
});

it('has our rules in its Prometheus, which looks for a run, too', async () => {
  const { run } = labWorld();
  const up = await run('lab', 'up', '--nodes', '1', '--with', 'prometheus', '--json');
  expect(up).toMatchObject({ code: 0 });
  try {
    const url = (JSON.parse(up.out) as Described).services.find(
      ({ name }) => name === 'prometheus',
    )?.url;
    const rules = await (await fetch(`${url}/api/v1/rules`)).text();
    expect(rules).toContain('LiveKitNodeDown');
    const pools = async (): Promise<string> => (await fetch(`${url}/api/v1/targets`)).text();
    await expect.poll(pools, { timeout: 10_000 }).toContain('"swarm-run"');
  } finally {
    await run('lab', 'down');
  }
});

it('reports why one of its programs does not start, and no log that was removed', async () => {
  const { run, labs } = labWorld();
  const rules = join(labs, '..', 'bad.rules.yaml');
  writeFileSync(rules, 'groups: [{ name: a, rules: [{ alert: x, expr: "sum((" }] }]\n');
  const up = await run('lab', 'up', '--nodes', '1', '--with', 'prometheus', '--rules', rules);
  expect(up).toMatchObject({ code: 3, err: expect.stringContaining('unclosed left parenthesis') });
  expect(up.err).toContain('→ fix that and start it again');
  expect(readdirSync(labs)).toEqual([]);
});

it('builds its server where Go knows its proxies, as every other command does', async () => {
  const { env, labs } = labWorld();
  const bin = scratch();
  const go = `#!/bin/sh\nif [ "$1" = version ]; then echo go version go1.26.0; else echo "proxy $GOPROXY" >&2; exit 1; fi\n`;
  writeFileSync(join(bin, 'go'), go, { mode: 0o755 });
  const { SWARM_LIVEKIT_SERVER: _none, ...rest } = env;
  const PATH = `${bin}:/usr/bin:/bin`;
  const up = startSwarm(['lab', 'up', '--nodes', '1'], {
    ...rest,
    PATH,
    GOPROXY: 'https://proxy.example',
    SWARM_LIVEKIT_SERVER: '',
  });
  expect(await up.ended).toBe(3);
  expect(up.stderr()).toContain('proxy https://proxy.example');
  expect(readdirSync(labs)).toEqual([]);
});

it('names the folder that it cannot write, and that there is nothing to stop', async () => {
  const { env } = labWorld();
  const file = join(scratch(), 'file');
  writeFileSync(file, '');
  const swarm = async (...args: string[]) => {
    const process = startSwarm(['lab', ...args], { ...env, XDG_CACHE_HOME: file });
    return { code: await process.ended, out: process.stdout(), err: process.stderr() };
  };
  const up = await swarm('up', '--nodes', '1');
  expect(up).toMatchObject({ code: 3, err: expect.stringContaining(file) });
  expect(up.err).toContain('XDG_CACHE_HOME');
  expect(await swarm('down')).toMatchObject({ code: 0, out: 'There is no lab "lab".\n' });
});

it('reports invalid arguments', async () => {
  const { run } = labWorld();
  expect(await run('lab', 'up', '--nodes', '0')).toMatchObject({
    code: 2,
    err: expect.stringContaining('from 1 to 20'),
  });
  expect(await run('lab', 'up', '--with', 'grafana')).toMatchObject({
    code: 2,
    err: expect.stringContaining('there are redis, haproxy'),
  });
  expect(await run('lab', 'down', '--name', '../etc')).toMatchObject({
    code: 2,
    err: expect.stringContaining('invalid lab name'),
  });
  const webhook = ['--alert-webhook', 'pager'];
  expect(await run('lab', 'up', ...webhook)).toMatchObject({
    code: 2,
    err: expect.stringContaining('without an Alertmanager'),
  });
  expect(await run('lab', 'up', '--with', 'alertmanager', ...webhook)).toMatchObject({
    code: 2,
    err: expect.stringContaining('not an HTTP URL'),
  });
  expect(await run('lab', 'up', '--nodes', '1', '--redis', 'persistent')).toMatchObject({
    code: 2,
    err: expect.stringContaining('without Redis'),
  });
  expect(await run('lab', 'logs')).toMatchObject({
    code: 2,
    err: expect.stringContaining('there is no lab'),
  });
  expect(await run('lab', 'down')).toMatchObject({ code: 0, out: 'There is no lab "lab".\n' });
});
