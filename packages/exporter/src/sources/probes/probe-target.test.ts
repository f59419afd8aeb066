import { describe, expect, it } from 'vitest';
import type { Target } from '../../config/target.ts';
import { readPattern } from '../../config/url-pattern.ts';
import { readModule } from './modules.ts';
import { findProbeTarget } from './probe-target.ts';

const keys = { apiKey: 'key', apiSecret: 'secret', redisUrl: null };
const production: Target = {
  ...keys,
  name: 'production',
  url: 'wss://livekit.example.com',
  nodes: [{ name: 'node-1', url: 'ws://10.0.0.1:7880', metricsUrl: null }],
  isAllowedUrl: readPattern('ws://10.0.*.*:7880'),
};
const staging: Target = {
  ...keys,
  name: 'staging',
  url: 'ws://10.9.0.1:7880',
  nodes: [],
  isAllowedUrl: () => false,
};
const url = 'https://cdn.example.com/live.m3u8';
const modules = new Map([
  ...['audio_pair', 'join_only'].map((name) => [name, readModule(name, {}).module] as const),
  ['radio', readModule('radio', { kind: 'hls', url }).module] as const,
]);
const find = (
  wanted: { target?: string; module?: string; node?: string },
  targets = [production, staging],
) => {
  const { target, url, module, node } = findProbeTarget(
    { target: wanted.target, module: wanted.module, node: wanted.node },
    targets,
    modules,
  );
  return [target.name, url, module.name, node?.name ?? null];
};

describe('findProbeTarget', () => {
  it('finds targets, their nodes and their allowed URLs', () => {
    expect(find({ target: 'production' })).toEqual([
      'production',
      'wss://livekit.example.com',
      'audio_pair',
      null,
    ]);
    expect(find({ target: 'production', node: 'node-1', module: 'join_only' })).toEqual([
      'production',
      'ws://10.0.0.1:7880',
      'join_only',
      'node-1',
    ]);
    expect(find({ target: 'production', node: '' })).toEqual([
      'production',
      'wss://livekit.example.com',
      'audio_pair',
      null,
    ]);
    expect(find({ target: 'http://10.0.7.7:7880/' })).toEqual([
      'production',
      'ws://10.0.7.7:7880',
      'audio_pair',
      null,
    ]);
    expect(find({}, [staging])).toEqual(['staging', 'ws://10.9.0.1:7880', 'audio_pair', null]);
  });

  it.each([
    [{}, '"target" is missing: /probe?target=NAME; there are production, staging'],
    [{ target: 'producton' }, 'there is no target "producton"; did you mean production?'],
    [
      { target: 'production', module: 'video' },
      'there is no module "video"; there are audio_pair, join_only, radio',
    ],
    [
      { target: 'production', module: 'radio', node: 'node-1' },
      'a stream has no nodes: leave node out',
    ],
    [
      { target: 'production', node: 'node-9' },
      'there is no node of production "node-9"; there are node-1',
    ],
    [{ target: 'staging', node: 'x' }, 'there is no node of staging "x"; there is none'],
    [{ target: 'ws://169.254.169.254:80' }, 'no target is at this URL'],
    [{ target: 'http://evil.example.com' }, 'no target is at this URL'],
    // The own URL of a target must be allowed like any other.
    [{ target: 'ws://10.9.0.1:7880' }, 'no target is at this URL'],
    [{ target: 'ws://10.0.7.7:7880', node: 'node-1' }, 'a URL is one place already'],
    [{ target: 'ws://10.0.7.7:7880@evil.example.com' }, 'no target is at this URL'],
    [{ target: 'file:///etc/passwd' }, 'no target is at this URL'],
    [{ target: '\u001b[31mred' }, 'there is no target "?[31mred"'],
  ])('rejects %j', (wanted, message) => {
    expect(() => find(wanted)).toThrow(expect.objectContaining({ code: 'unknown_probe_target' }));
    expect(() => find(wanted)).toThrow(message);
  });
});
