import { describe, expect, it } from 'vitest';
import { firstRun, needsServer, nextSteps } from './first-run.mjs';

const URL = { LIVEKIT_URL: 'wss://livekit.example.com' };

describe('needsServer', () => {
  it.each([
    [['--rooms', '5'], {}, true],
    [['run', 'scenarios/voice-ai.yaml'], {}, true],
    [['--rooms', '5', '--embedded'], URL, true],
    [['--rooms', '5'], { LIVEKIT_URL: '' }, true],
    [['--rooms', '5'], URL, false],
    [['run', 'a.yaml', '--url', 'ws://127.0.0.1:7880'], {}, false],
    [['--url=ws://127.0.0.1:7880'], {}, false],
    [['--server', '1.11.0'], {}, false],
    [['--help'], {}, false],
    [['doctor'], {}, false],
    [['report', 'records/one'], {}, false],
  ])('%j with %j: %j', (args, env, expected) => {
    expect(needsServer(args, env)).toBe(expected);
  });
});

describe('a first run', () => {
  it('tests a server on this host', () => {
    expect(firstRun({})).toEqual(['--rooms', '5', '--duration', '10s', '--embedded']);
    expect(needsServer(firstRun({}), {})).toBe(true);
  });

  it('tests the deployment of the environment, and builds no server', () => {
    expect(firstRun(URL)).not.toContain('--embedded');
    expect(needsServer(firstRun(URL), URL)).toBe(false);
  });

  it('names the next steps after a result', () => {
    for (const code of [0, 98, 99])
      expect(nextSteps(code)).toMatch(/--url .*--ui.*scenarios\/voice-ai\.yaml.*npm run drill/s);
    for (const code of [1, 2, 3, 130]) expect(nextSteps(code)).toBe('');
  });
});
