import type { BeaconBody, BeaconReport, StreamReport } from '@livekit-swarm/beacon/payload';
import { AccessToken } from 'livekit-server-sdk';
import type { Source } from '../../../src/source.ts';
import {
  CLIENTS_DEFAULTS,
  type ClientsOptions,
} from '../../../src/sources/clients/clients-options.ts';
import { createClientsSource } from '../../../src/sources/clients/clients-source.ts';

export const KEY = { apiKey: 'key', apiSecret: 'a-secret-only-these-tests-know-of-32-bytes' };

export const tokenFor = (
  room: string,
  identity = 'anna',
  key = KEY,
  ttl: string | number = '1h',
): Promise<string> => {
  const token = new AccessToken(key.apiKey, key.apiSecret, { identity, ttl });
  token.addGrant({ roomJoin: true, room });
  return token.toJwt();
};

export const LISTENING: StreamReport = {
  direction: 'down',
  kind: 'audio',
  codec: 'opus',
  expectedMs: 10_000,
  packets: 500,
  bytes: 40_000,
  lost: 5,
  nacks: 2,
  jitter: 0.012,
  rtt: 0.04,
  bufferDelay: 0.05,
  samples: 480_000,
  concealed: 4_800,
};

export const WATCHING: StreamReport = {
  direction: 'down',
  kind: 'video',
  codec: 'vp8',
  expectedMs: 10_000,
  packets: 2_000,
  bytes: 2_000_000,
  lost: 4,
  recovered: 4,
  plis: 1,
  frames: 300,
  freezes: 1,
  freezeSeconds: 0.5,
  jitter: 0.008,
  rtt: 0.04,
  width: 1_280,
  height: 720,
};

export const bodyOf = (
  report: Partial<BeaconReport> = {},
  body: Partial<BeaconBody> = {},
): BeaconBody => ({
  v: 1,
  session: 'session-0001',
  sdk: { name: 'livekit-client', version: '2.23.0' },
  browser: { name: 'chrome', version: '141' },
  reports: [{ seq: 0, ms: 10_000, streams: [LISTENING, WATCHING], ...report }],
  ...body,
});

/** Open a source with a fake clock, and send requests of browsers to it. */
export const openSource = (options: Partial<ClientsOptions> = {}) => {
  let clock = 0;
  const source: Source = createClientsSource(
    { ...CLIENTS_DEFAULTS, keys: () => [KEY], ...options },
    { error: () => {}, log: () => {}, up: () => {} },
    () => clock,
  );
  const ask = async (init: RequestInit & { headers?: Record<string, string> }): Promise<Response> =>
    (await source.publicRoutes?.request('http://exporter.test/beacon', init)) ?? Response.error();
  return {
    source,
    ask,
    wait: (ms: number) => {
      clock += ms;
    },
    /** Post a body like fetch; a string is sent unchanged. */
    post: (
      token: string,
      body: BeaconBody | object | string,
      headers: Record<string, string> = {},
    ) =>
      ask({
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, host: 'exporter.test', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    /** Values of /metrics by series. */
    series: async (): Promise<Map<string, number>> => {
      const lines = (await source.registry.metrics())
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'));
      return new Map(
        lines.map((line) => [
          line.slice(0, line.lastIndexOf(' ')),
          Number(line.slice(line.lastIndexOf(' ') + 1)),
        ]),
      );
    },
    results: async (): Promise<Record<string, number>> => {
      const found =
        (await source.registry.getSingleMetric('livekit_swarm_client_reports_total')?.get())
          ?.values ?? [];
      return Object.fromEntries(
        found.filter(({ value }) => value > 0).map(({ labels, value }) => [labels.result, value]),
      );
    },
  };
};
