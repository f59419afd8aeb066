/** `swarm verify` on deployments that lack a feature by design, or have a proxy in front: it names the cause, and no other. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePorts } from '@livekit-swarm/host';
import { type LiveKitConfig, type LiveKitServer, startLiveKit } from '@livekit-swarm/lab';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runSwarm, scratch } from '../support/swarm.ts';

interface Check {
  id: string;
  outcome: string;
  evidence: string[];
  cause: string | null;
  fix: string | null;
}

const verify = async (
  { apiKey, apiSecret }: LiveKitServer,
  url: string,
  env: Record<string, string> = {},
) => {
  const { exit, stdout } = await runSwarm(['verify', '--json', '--quiet'], {
    ...{ LIVEKIT_URL: url, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret },
    ...env,
  });
  const { checks } = JSON.parse(stdout) as { checks: Check[] };
  const found = (outcome: string): string[] =>
    checks.filter((one) => one.outcome === outcome).map(({ id }) => id);
  return { exit, found, of: (id: string) => checks.find((one) => one.id === id) };
};

it('a server with TCP only passes with a warning that names it, not a firewall', async () => {
  const config: LiveKitConfig = { rtc: { force_tcp: true } };
  await using server = await startLiveKit({
    ...{ dir: scratch(), config, offers: new Set(['ice-tcp'] as const) },
  });
  const { exit, found, of } = await verify(server, server.url);
  expect([exit, found('error'), found('warning')]).toEqual([0, [], ['udp', 'turn']]);
  const { evidence, cause } = of('udp') ?? {};
  expect(evidence?.[0]).toContain('TCP only');
  expect(cause).toContain('rtc.force_tcp');
  expect(cause).not.toMatch(/firewall/i);
  expect(of('turn')?.fix).toContain('--turn-url');
});

it('a server without VP8 and RED is named before its users find it', async () => {
  const mimes = ['audio/opus', 'video/h264'];
  const config: LiveKitConfig = { room: { enabled_codecs: mimes.map((mime) => ({ mime })) } };
  await using server = await startLiveKit({ dir: scratch(), config });
  const { exit, found, of } = await verify(server, server.url);
  expect([exit, found('error')]).toEqual([0, []]);
  expect(of('limits')).toMatchObject({ outcome: 'warning' });
  expect(of('limits')?.evidence.join()).toMatch(/RED.*VP8/s);
});

describe('behind HAProxy', async () => {
  await skipWithout('haproxy');

  /** @param bufsize of HAProxy: a request with its headers must fit */
  const startProxy = async (backend: number, bufsize: number): Promise<string> => {
    const { http: port } = await findFreePorts('127.0.0.1', 1);
    const file = join(scratch(), 'haproxy.cfg');
    writeFileSync(
      file,
      `global
  tune.bufsize ${bufsize}
  tune.maxrewrite 512
defaults
  mode http
  timeout connect 5s
  timeout client 1m
  timeout server 1m
frontend front
  bind 127.0.0.1:${port}
  default_backend livekit
backend livekit
  server one 127.0.0.1:${backend}
`,
    );
    const proxy = spawn('haproxy', ['-db', '-f', file], { stdio: 'ignore' });
    onTestFinished(async () => {
      if (proxy.exitCode === null && proxy.kill('SIGKILL')) await once(proxy, 'exit');
    });
    for (let attempt = 0; attempt < 100; attempt++) {
      const answered = await fetch(`http://127.0.0.1:${port}/`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (answered) return `ws://127.0.0.1:${port}`;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('haproxy does not answer');
  };

  it.each([
    [3_072, 'x'.repeat(100), 'warning'],
    [16_384, 'x'.repeat(100), 'passed'],
    [16_384, 'x'.repeat(14_000), 'warning'],
  ])('with tune.bufsize %d and a token like %s: %s', async (bufsize, token, outcome) => {
    await using server = await startLiveKit({ dir: scratch() });
    const url = await startProxy(server.ports.http, bufsize);
    const { of } = await verify(server, url, { SWARM_TOKEN: token });
    expect(of('request-size')).toMatchObject({ outcome });
    if (outcome === 'passed') return;
    expect(of('request-size')?.evidence.join()).toMatch(/of \d+ (bytes passes|does not)/);
    expect(of('request-size')?.fix).toContain('tune.bufsize');
  });
});
