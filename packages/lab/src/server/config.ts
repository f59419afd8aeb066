import type { ServerPorts } from '@livekit-swarm/host';
import { stringify } from 'yaml';

/** livekit-server's own YAML configuration, as an object. */
export type LiveKitConfig = { [key: string]: unknown };

/**
 * Configuration that keeps everything on `host`. It contains no keys: those go through the
 * environment, so the file may stay with the record.
 */
export const localConfig = (host: string, ports: ServerPorts): LiveKitConfig => ({
  port: ports.http,
  bind_addresses: [host],
  prometheus: { port: ports.metrics },
  rtc: {
    node_ip: host,
    use_external_ip: false,
    ...(isLoopback(host)
      ? { enable_loopback_candidate: true, interfaces: { includes: ['lo', 'lo0'] } }
      : {}),
    // ICE over TCP, which no participant uses, would listen on every interface despite
    // `bind_addresses`.
    tcp_port: 0,
    udp_port:
      ports.udpFirst === ports.udpLast ? ports.udpFirst : `${ports.udpFirst}-${ports.udpLast}`,
  },
  logging: { level: 'info', json: true, pion_level: 'error' },
});

/** Merges `extra` into `base`, object by object; lists and scalars replace. */
export const mergeConfig = (base: LiveKitConfig, extra: LiveKitConfig): LiveKitConfig => {
  const merged = { ...base };
  for (const [key, value] of Object.entries(extra)) {
    const below = merged[key];
    merged[key] = isSection(below) && isSection(value) ? mergeConfig(below, value) : value;
  }
  return merged;
};

export const writeConfig = (config: LiveKitConfig): string => stringify(config);

export const isLoopback = (host: string): boolean => host === '::1' || host.startsWith('127.');

const isSection = (value: unknown): value is LiveKitConfig =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
