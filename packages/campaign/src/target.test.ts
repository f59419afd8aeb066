import { afterEach, expect, it, vi } from 'vitest';
import { parseServerSpec } from './server/server-spec.ts';
import { describeTarget } from './target.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

it('names the program of SWARM_LIVEKIT_SERVER, unless --server names one', () => {
  vi.stubEnv('SWARM_LIVEKIT_SERVER', '/opt/livekit-server');
  expect(describeTarget({ type: 'embedded', server: null })).toBe(
    '/opt/livekit-server on this host',
  );
  expect(describeTarget({ type: 'embedded', server: parseServerSpec('1.11.0') })).toBe(
    'livekit-server 1.11.0 on this host',
  );
  vi.stubEnv('SWARM_LIVEKIT_SERVER', '');
  expect(describeTarget({ type: 'embedded', server: null })).toMatch(
    /^livekit-server \d+\.\d+\.\d+ on this host$/,
  );
});
