import { describe, expect, it } from 'vitest';
import { readRemoteWriteSettings } from './rw-settings.ts';

const URL_TEXT = 'https://prometheus.example.com/api/v1/write';

describe('settings of remote write', () => {
  it.each<[string, Record<string, string>, Record<string, string>]>([
    [URL_TEXT, {}, {}],
    [
      URL_TEXT,
      {
        SWARM_PROMETHEUS_RW_BEARER_TOKEN: 'abc',
        SWARM_PROMETHEUS_RW_HEADERS: 'X-Scope-OrgID=team',
      },
      { authorization: 'Bearer abc', 'x-scope-orgid': 'team' },
    ],
    [
      URL_TEXT,
      { SWARM_PROMETHEUS_RW_USERNAME: 'me', SWARM_PROMETHEUS_RW_PASSWORD: 'secret' },
      { authorization: `Basic ${btoa('me:secret')}` },
    ],
    [
      'https://me:secret@prometheus.example.com/api/v1/write',
      {},
      { authorization: `Basic ${btoa('me:secret')}` },
    ],
  ])('%s with %j', (url, env, headers) => {
    const { endpoint, intervalMs } = readRemoteWriteSettings(url, env);
    expect(endpoint.headers).toEqual(headers);
    expect(endpoint.url.href).toBe(URL_TEXT);
    expect(endpoint.shown).toBe(URL_TEXT);
    expect(intervalMs).toBe(5_000);
  });

  it.each<[string | null, Record<string, string>, RegExp]>([
    [null, {}, /--out prometheus-rw: names no URL/],
    [
      'http://localhost:9090',
      {},
      /has no path; Prometheus receives at http:\/\/localhost:9090\/api/,
    ],
    [URL_TEXT, { SWARM_PROMETHEUS_RW_USERNAME: 'me' }, /SWARM_PROMETHEUS_RW_PASSWORD is missing/],
    [
      URL_TEXT,
      { SWARM_PROMETHEUS_RW_USERNAME: 'me', SWARM_PROMETHEUS_RW_BEARER_TOKEN: 'hidden' },
      /two ways to authenticate/,
    ],
    [URL_TEXT, { SWARM_PROMETHEUS_RW_BEARER_TOKEN: 'hidden hidden' }, /cannot be sent in a header/],
    [URL_TEXT, { SWARM_PROMETHEUS_RW_BEARER_TOKEN: '' }, /is set but empty/],
    [URL_TEXT, { SWARM_PROMETHEUS_RW_PUSH_INTERVAL: '100ms' }, /must be from 1s to/],
    [
      URL_TEXT,
      { SWARM_PROMETHEUS_RW_PUSH_INTERVAL: '5' },
      /SWARM_PROMETHEUS_RW_PUSH_INTERVAL=5: cannot be read as a duration; write 5s/,
    ],
    [
      'https://me:hidden@prometheus.example.com/write',
      { SWARM_PROMETHEUS_RW_BEARER_TOKEN: 'hidden' },
      /the URL has a user, and SWARM_PROMETHEUS_RW_BEARER_TOKEN is set/,
    ],
  ])('refuses %j %j', (url, env, message) => {
    let text = '';
    try {
      readRemoteWriteSettings(url, env);
    } catch (error) {
      const { code, message, hint } = error as { code: string; message: string; hint: string };
      expect(code).toBe('usage');
      text = `${message}; ${hint}`;
    }
    expect(text).toMatch(message);
    expect(text).not.toContain('hidden');
  });
});
