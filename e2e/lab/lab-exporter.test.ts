import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { provisionLiveKit } from '@livekit-swarm/lab';
import { parseExposition, type Series, sumOf } from '@livekit-swarm/testkit/exposition';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { descendantsOf } from '../support/processes.ts';
import { expectGone, scratch, startSwarm } from '../support/swarm.ts';

await skipWithout('redis', 'haproxy');

interface Described {
  services: { name: string; url: string }[];
}

it('stands with an exporter that sees it from every side, and goes with it', async () => {
  const cache = scratch();
  const lab = join(cache, 'livekit-swarm', 'labs', 'lab');
  mkdirSync(join(cache, 'livekit-swarm', 'labs'), { recursive: true });
  const env = { XDG_CACHE_HOME: cache, SWARM_LIVEKIT_SERVER: (await provisionLiveKit()).path };
  const run = async (...args: string[]) => {
    const swarm = startSwarm(args, env);
    return { code: await swarm.ended, out: swarm.stdout(), err: swarm.stderr() };
  };
  const up = await run('lab', 'up', '--nodes', '2', '--with', 'haproxy,exporter', '--json');
  expect(up).toMatchObject({ code: 0 });
  const supervisor = (
    JSON.parse(readFileSync(join(lab, 'lab.json'), 'utf8')) as { supervisor: { pid: number } }
  ).supervisor.pid;
  const everything = descendantsOf(supervisor);
  try {
    const { services } = JSON.parse(up.out) as Described;
    const url = services.find(({ name }) => name === 'exporter')?.url ?? '';
    expect((await fetch(url)).status).toBe(401);
    const keys = readFileSync(join(lab, 'keys.env'), 'utf8');
    const token = /LAB_EXPORTER_TOKEN=(\S+)/.exec(keys)?.[1] ?? 'none';
    const headers = { authorization: `Bearer ${token}` };
    const scrape = async (): Promise<Series[]> =>
      parseExposition(await (await fetch(url, { headers })).text());
    const probe = await fetch(
      url.replace('/metrics', '/probe?target=lab&module=audio_pair&node=node-2'),
      { headers },
    );
    expect(sumOf(parseExposition(await probe.text()), 'livekit_swarm_probe_success')).toBe(1);
    // The nodes were configured with the webhook address before the exporter started.
    await expect
      .poll(
        async () =>
          sumOf(await scrape(), 'livekit_swarm_lifecycle_webhooks_total', {
            event: 'room_finished',
          }) ?? 0,
        {
          timeout: 15_000,
        },
      )
      .toBeGreaterThan(0);
    const series = await scrape();
    expect(sumOf(series, 'livekit_swarm_lifecycle_registry_nodes', { state: 'serving' })).toBe(2);
    expect(
      series.filter(({ name }) => name === 'livekit_swarm_exporter_up').map(({ value }) => value),
    ).toEqual([1, 1, 1]);

    const secret = /LIVEKIT_API_SECRET=(\S+)/.exec(keys)?.[1] ?? 'none';
    for (const file of readdirSync(lab).filter((name) => /^exporter\.|\.log$/.test(name))) {
      expect(readFileSync(join(lab, file), 'utf8')).not.toContain(secret);
      expect(readFileSync(join(lab, file), 'utf8')).not.toContain(token);
    }
    expect(statSync(join(lab, 'exporter.yaml')).mode & 0o777).toBe(0o600);
    for (const { command } of everything) expect(command).not.toContain(secret);
  } finally {
    expect(await run('lab', 'down')).toMatchObject({ code: 0 });
  }
  await expectGone(everything);
  expect(readdirSync(join(cache, 'livekit-swarm', 'labs'))).toEqual([]);
});

it('names what a lab can have where a name is unknown', async () => {
  const swarm = startSwarm(['lab', 'up', '--with', 'exporters'], { XDG_CACHE_HOME: scratch() });
  expect(await swarm.ended).toBe(2);
  expect(swarm.stderr()).toMatch(/there is no "exporters"[\s\S]*redis-exporter, .*\bexporter\b/);
});
