import { Command } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fromEnvironment } from './environment.ts';
import { colorFlag } from './output.ts';
import { repeatable } from './repeatable.ts';
import { addRunFlags, type RunFlags } from './run.ts';

const read = (args: string[], env: Record<string, string> = {}): RunFlags => {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  return addRunFlags(
    new Command().exitOverride().configureOutput({ writeErr: () => {} }),
    process.env,
  )
    .addOption(colorFlag())
    .parse(args, { from: 'user' })
    .opts<RunFlags>();
};

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('flags of a run', () => {
  it('are absent unless given', () => {
    expect(read([])).toEqual({
      allowHost: [],
      denyHost: [],
      confirmTarget: [],
      allowEnv: [],
      allowFile: [],
      serverLog: [],
      serverPprof: [],
      hostMetrics: [],
      serverMetrics: [],
      signalling: 'auto',
      tag: [],
      reconnectPolicy: 'sdk',
      threshold: [],
      tokenHeader: [],
      tokenServer: [],
      tolerance: [],
      witness: [],
      report: [],
      github: true,
      label: [],
      out: [],
      notify: [],
      'web.listenAddress': [],
      summary: 'compact',
      color: true,
    });
  });

  it('go before the environment, which goes before the defaults', () => {
    const env = { SWARM_ROOMS: '7', SWARM_JOIN_RATE: '9', SWARM_SIGNALLING: 'v0' };
    expect(read(['--rooms', '3'], env)).toMatchObject({
      rooms: '3',
      joinRate: '9',
      signalling: 'v0',
    });
  });

  it('fall back to LiveKit’s own variables', () => {
    const env = { LIVEKIT_URL: 'ws://a', LIVEKIT_API_KEY: 'k', LIVEKIT_API_SECRET: 's' };
    expect(read([], env)).toMatchObject({ url: 'ws://a', apiKey: 'k', apiSecret: 's' });
    expect(read([], { ...env, SWARM_URL: 'ws://b' })).toMatchObject({ url: 'ws://b' });
  });

  it('read yes and no from the environment', () => {
    expect(read([], { SWARM_SIMULCAST: 'false', SWARM_JSON: '1' })).toMatchObject({
      simulcast: false,
      json: true,
    });
    expect(read(['--no-simulcast'], { SWARM_SIMULCAST: 'true' })).toMatchObject({
      simulcast: false,
    });
    expect(() => read([], { SWARM_JSON: 'perhaps' })).toThrow(
      /SWARM_JSON=perhaps: is neither yes nor no/,
    );
  });

  it('gather thresholds, from flags or else from one variable', () => {
    const env = { SWARM_THRESHOLD: 'jitter: p(95)<9; join_time: max<1s\n' };
    expect(read([], env).threshold).toEqual(['jitter: p(95)<9', 'join_time: max<1s']);
    expect(read(['--threshold', 'a', '--threshold', 'b']).threshold).toEqual(['a', 'b']);
  });

  it('gather reports in the same way', () => {
    expect(read(['--report', 'text=a', '--report', 'json']).report).toEqual(['text=a', 'json']);
    expect(read([], { SWARM_REPORT: 'text=a;json=-' }).report).toEqual(['text=a', 'json=-']);
  });

  it('may each be repeated in its variable, if the flag may be repeated', () => {
    const option = repeatable('--node <name=url>', 'a node');
    expect(fromEnvironment(option, { SWARM_NODE: 'a=http://1; b=http://2' }).defaultValue).toEqual([
      'a=http://1',
      'b=http://2',
    ]);
  });

  it('refuse a choice there is not', () => {
    expect(() => read(['--signalling', 'v7'])).toThrow(/Allowed choices are auto, v1, v0/);
    expect(() => read([], { SWARM_SIGNALLING: 'v7' })).toThrow(/SWARM_SIGNALLING/);
  });
});
