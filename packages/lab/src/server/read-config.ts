import { readFileSync } from 'node:fs';
import { messageOf, SwarmError } from '@livekit-swarm/settings';
import { parse } from 'yaml';
import type { LiveKitConfig } from './config.ts';

export interface ForeignConfig {
  /** Settings that can be merged into the lab's own configuration. */
  config: LiveKitConfig;
  /** Settings that were left out, such as `rtc.udp_port`, in the order of the file. */
  leftOut: string[];
}

/**
 * Settings that a lab never takes from a deployment's configuration: the lab chooses addresses and
 * keys, and a test must never join a real cluster or call its webhooks.
 */
const NOT_FOR_THE_LAB: ReadonlySet<string> = new Set([
  'port',
  'bind_addresses',
  'keys',
  'key_file',
  'prometheus',
  'prometheus_port',
  'redis',
  'webhook',
  'ingress',
  'sip',
  'turn',
  'region',
  'rtc.tcp_port',
  'rtc.udp_port',
  'rtc.port_range_start',
  'rtc.port_range_end',
  'rtc.node_ip',
  'rtc.use_external_ip',
  'rtc.enable_loopback_candidate',
  'rtc.external_ip_only',
  'rtc.advertise_internal_ip',
  'rtc.interfaces',
  'rtc.ips',
  'rtc.stun_servers',
  'rtc.turn_servers',
]);

/**
 * Reads a livekit-server's YAML for use in the lab.
 * @throws SwarmError `bad_config` if the file does not exist or is not a configuration
 */
export const readLiveKitConfig = (path: string): ForeignConfig => {
  const document = readYaml(path);
  if (!isSection(document)) {
    throw new SwarmError(
      'bad_config',
      `${path}: not a configuration of livekit-server`,
      'give a YAML file such as livekit-server takes with --config',
    );
  }
  const leftOut: string[] = [];
  const keep = (section: LiveKitConfig, path: string): LiveKitConfig =>
    Object.fromEntries(
      Object.entries(section).flatMap(([key, value]) => {
        const name = `${path}${key}`;
        if (NOT_FOR_THE_LAB.has(name)) {
          leftOut.push(name);
          return [];
        }
        return [[key, isSection(value) ? keep(value, `${name}.`) : value]];
      }),
    );
  return { config: keep(document, ''), leftOut };
};

const readYaml = (path: string): unknown => {
  try {
    return parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const why = messageOf(error);
    throw new SwarmError(
      'bad_config',
      `${path}: cannot be read: ${why.split('\n')[0]}`,
      'give a YAML file such as livekit-server takes with --config',
      {
        cause: error,
      },
    );
  }
};

const isSection = (value: unknown): value is LiveKitConfig =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
