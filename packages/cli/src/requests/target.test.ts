import { describe, expect, it } from 'vitest';
import { readDeployment, readTarget } from './target.ts';

type Flags = Parameters<typeof readTarget>[0];

const typedIn = (flags: Flags) => readTarget(flags, (flag) => flags[flag] !== undefined, {});
const fromEnvironment = (flags: Flags) => readTarget(flags, () => false, {});
const remote = { url: 'wss://livekit.example.com', apiKey: 'key', apiSecret: 'secret' };

describe('readTarget', () => {
  it('is a server of our own when no URL is given', () => {
    expect(fromEnvironment({})).toEqual({ type: 'embedded', server: null });
    expect(typedIn({ server: '1.11.0@cpu=0.5' })).toMatchObject({
      type: 'embedded',
      server: { version: '1.11.0', cpuCores: 0.5 },
    });
  });

  it('is the deployment at a URL', () => {
    expect(typedIn(remote)).toEqual({ type: 'remote', ...remote });
  });

  it('does not mind keys in the environment that nothing is done with', () => {
    expect(fromEnvironment({ apiKey: 'key', apiSecret: 'secret' }).type).toBe('embedded');
    expect(() => typedIn({ apiSecret: 'secret' })).toThrow(
      /--api-secret has no effect without --url/,
    );
  });

  it('names what is missing, and nothing else', () => {
    expect(() => typedIn({ url: remote.url, apiKey: 'key' })).toThrow(
      /the API secret of this deployment is missing/,
    );
    expect(() => typedIn({ url: remote.url })).toThrow(
      /API key and API secret of this deployment are missing/,
    );
  });

  it('suggests --embedded only for a command that starts a server', () => {
    const hintOf = (read: () => unknown): unknown => {
      try {
        return read();
      } catch (error) {
        return (error as { hint?: unknown }).hint;
      }
    };
    const keys = 'set LIVEKIT_API_KEY and LIVEKIT_API_SECRET';
    expect(hintOf(() => typedIn({ url: remote.url }))).toBe(
      `${keys}, or add --embedded to test a local server`,
    );
    expect(hintOf(() => readDeployment({ url: remote.url }, () => true))).toBe(keys);
    expect(readDeployment(remote, () => true)).toEqual({ type: 'remote', ...remote });
  });

  it('names the flag of a URL only if it was typed, and no token in it', () => {
    const withToken = { url: `${remote.url}?access_token=hunter2` };
    expect(() => typedIn(withToken)).toThrow(/^--url wss:\/\/livekit\.example\.com: the API key/);
    expect(() => fromEnvironment(withToken)).toThrow(/^wss:\/\/livekit\.example\.com: the API key/);
  });

  it('refuses --server next to a URL, unless only one of them was typed', () => {
    const both = { ...remote, server: '1.11.0' };
    const only = (typed: keyof Flags) => readTarget(both, (flag) => flag === typed, {});
    expect(() => typedIn(both)).toThrow(/--server and --url: these are two servers/);
    expect(() => fromEnvironment(both)).toThrow(/--server and --url: these are two servers/);
    expect(only('url').type).toBe('remote');
    expect(only('server')).toMatchObject({
      server: { version: '1.11.0' },
      insteadOf: { url: remote.url, flag: '--server' },
    });
  });

  it('needs a named server in CI, or --embedded', () => {
    const inCi = (flags: Flags, CI: string) => readTarget(flags, () => false, { CI });
    for (const CI of ['true', '1', 'woodpecker'])
      expect(() => inCi({}, CI)).toThrow(/no server is named, and this is a CI job/);
    for (const CI of ['', 'false', '0']) expect(inCi({}, CI).type).toBe('embedded');
    expect(inCi({ embedded: true }, 'true').type).toBe('embedded');
    expect(inCi({ server: '1.13.4' }, 'true').type).toBe('embedded');
    expect(inCi(remote, 'true').type).toBe('remote');
  });

  it('is the server that was typed, when the environment names another', () => {
    const both = { ...remote, embedded: true };
    const only = (typed: keyof Flags) => readTarget(both, (flag) => flag === typed, {});
    expect(only('embedded')).toMatchObject({
      type: 'embedded',
      insteadOf: { url: remote.url, flag: '--embedded' },
    });
    expect(only('url').type).toBe('remote');
    expect(() => typedIn(both)).toThrow(/these are two servers/);
    expect(() => fromEnvironment(both)).toThrow(/these are two servers/);
  });
});
