import { isIPv4 } from 'node:net';
import { isAbsolute, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { ComponentKind } from '../platform.ts';
import { listeningPorts } from './inspect.ts';
import { type Host, localHost } from './local-host.ts';

/** Part of livekit-server's configuration that defines its addresses. */
export interface ServerConfig {
  http: number;
  tcp: number | null;
  udp: readonly [number, number] | null;
  metrics: number | null;
  redis: { address: string | null; port: number } | null;
}

const port = z.int().min(1).max(65_535).optional().catch(undefined);

/** Schema of the configuration; other keys are ignored. */
const schema = z.object({
  port,
  prometheus_port: port,
  prometheus: z.object({ port }).optional().catch(undefined),
  redis: z.object({ address: z.string() }).optional().catch(undefined),
  rtc: z
    .object({
      // A port of 0 means none.
      tcp_port: z.int().min(0).max(65_535).optional().catch(undefined),
      udp_port: z.union([z.int(), z.string()]).optional(),
      port_range_start: port,
      port_range_end: port,
    })
    .optional()
    .catch(undefined),
});

/** Parses a configuration, with livekit-server's defaults: ports 7880, 7881, 50000 to 60000. */
export const readServerConfig = (yaml: string): ServerConfig => {
  const {
    port: http,
    prometheus_port: metrics,
    prometheus,
    redis,
    rtc,
  } = schema.parse(parse(yaml) ?? {});
  const [first, last = first] = String(rtc?.udp_port ?? '')
    .split('-')
    .map(Number);
  const range: [number, number] = [rtc?.port_range_start ?? 50_000, rtc?.port_range_end ?? 60_000];
  return {
    http: http ?? 7_880,
    tcp: rtc?.tcp_port === 0 ? null : (rtc?.tcp_port ?? 7_881),
    udp: first !== undefined && first > 0 && last !== undefined ? [first, last] : range,
    metrics: prometheus?.port ?? metrics ?? null,
    redis: redis === undefined ? null : redisAt(redis.address),
  };
};

const redisAt = (address: string): ServerConfig['redis'] => {
  const [host = '', text] = address.split(':');
  return { address: isIPv4(host) ? host : null, port: Number(text ?? 6_379) };
};

/**
 * Configuration of a running livekit-server, from its `--config` or `--config-body`; null without
 * either.
 */
const configOfProcess = async (
  pid: number,
  host: Host = localHost,
): Promise<ServerConfig | null> => {
  const argv = ((await host.read(`/proc/${pid}/cmdline`)) ?? '').split('\0');
  const body = optionOf(argv, 'config-body');
  const file = optionOf(argv, 'config');
  const text =
    body ??
    (file === null
      ? null
      : await host.read(
          isAbsolute(file) ? `/proc/${pid}/root${file}` : join(`/proc/${pid}/cwd`, file),
        ));
  if (text === null) return null;
  try {
    return readServerConfig(text);
  } catch {
    // The server runs with this configuration, so it is valid, but this parser does not accept it.
    return null;
  }
};

const optionOf = (argv: readonly string[], name: string): string | null => {
  for (const [index, argument] of argv.entries()) {
    const [, option, value] = /^--?([a-z-]+)(?:=([\s\S]*))?$/.exec(argument) ?? [];
    if (option === name) return value ?? argv[index + 1] ?? null;
  }
  return null;
};

/**
 * Ports at which the processes of a component listen, and addresses from a node's configuration.
 */
export interface ServerFacts {
  config: ServerConfig | null;
  /** URL at which a node reports its ID. */
  metricsUrl: string | null;
  udp: readonly [number, number] | null;
  tcp: number[];
}

export const inspectServer = async (
  kind: ComponentKind,
  pid: number,
  pids: ReadonlySet<number>,
  host: Host = localHost,
): Promise<ServerFacts> => {
  const [config, tcp, udp] = await Promise.all([
    kind === 'node' ? configOfProcess(pid, host) : null,
    listeningPorts('tcp', pids, host),
    listeningPorts('udp', pids, host),
  ]);
  const [first, last] = [udp.at(0), udp.at(-1)];
  const bound = first === undefined || last === undefined ? null : ([first, last] as const);
  const metrics = config?.metrics ?? null;
  return {
    config,
    metricsUrl: metrics === null ? null : `http://127.0.0.1:${metrics}/metrics`,
    // A range is bound port by port, as participants join.
    udp: config?.udp ?? bound,
    tcp,
  };
};
