import { usageError } from '@livekit-swarm/settings';
import type { ComponentKind, ComponentPorts } from './platform.ts';

/** Component, as the labels of its container describe it (`swarm.component`, `swarm.name`, …). */
export interface ComponentSettings {
  kind: ComponentKind;
  /** Name; null: that of the container. */
  name: string | null;
  /** Address; null: any. */
  address: string | null;
  udp: readonly [number, number] | null;
  tcp: readonly number[];
  /** URL at which a node reports its ID: `http://127.0.0.1:6789/metrics`. */
  metrics: string | null;
  /** Address and port at which a node reaches Redis. */
  redis: { address: string | null; port: number } | null;
}

/** Keys besides the kind. */
export const COMPONENT_KEYS = ['name', 'address', 'udp', 'tcp', 'metrics', 'redis'] as const;

/**
 * @param read returns the value of a key; undefined: not given
 * @param where prefix of messages: `container "lk-1": label swarm.`
 * @throws SwarmError `usage`
 */
export const readComponentSettings = (
  kind: ComponentKind,
  read: (key: string) => string | undefined,
  where: string,
): ComponentSettings => {
  const value = <T>(
    key: (typeof COMPONENT_KEYS)[number],
    parse: (text: string) => T | null,
    expected: string,
  ): T | null => {
    const text = read(key)?.trim();
    if (text === undefined || text === '') return null;
    const parsed = parse(text);
    if (parsed !== null) return parsed;
    throw usageError(`${where}${key}: "${text}" is not ${expected}`, HINTS[key]);
  };
  return {
    kind,
    name: value(
      'name',
      (text) => (/^[\w.-]{1,100}$/.test(text) ? text : null),
      'a name (letters, digits, ".", "-" and "_")',
    ),
    address: value('address', readAddress, 'an IPv4 address or prefix'),
    udp: value('udp', readRange, 'a port or a range of ports'),
    tcp: value('tcp', readPorts, 'a list of ports') ?? [],
    metrics: value(
      'metrics',
      (text) => (URL.canParse(text) && /^https?:/.test(text) ? text : null),
      'a URL of metrics',
    ),
    redis: value('redis', readRedis, 'a port, or an IPv4 address with one'),
  };
};

const HINTS: Record<(typeof COMPONENT_KEYS)[number], string> = {
  name: 'for instance lk-1',
  address: 'for instance 127.0.0.1 or 10.0.0.0/24',
  udp: 'for instance 50000-60000',
  tcp: 'for instance 7880,7881',
  metrics: 'for instance http://127.0.0.1:6789/metrics',
  redis: 'for instance 6379 or 10.0.0.5:6379',
};

/** Ports of a component; null: unknown. */
export const portsOf = ({
  address,
  udp,
  tcp,
}: Pick<ComponentSettings, 'address' | 'udp' | 'tcp'>): ComponentPorts | null =>
  udp === null && tcp.length === 0 ? null : { address: address ?? '0.0.0.0', udp, tcp };

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/;

const readAddress = (text: string): string | null => {
  const [, ...parts] = IPV4.exec(text) ?? [];
  const [bits, ...bytes] = parts.reverse();
  const fits =
    bytes.length === 4 && bytes.every((byte) => Number(byte) <= 255) && Number(bits ?? 32) <= 32;
  return fits ? text : null;
};

const readPort = (text: string): number | null => {
  const port = Number(text.trim());
  return /^\s*\d{1,5}\s*$/.test(text) && port > 0 && port <= 65_535 ? port : null;
};

const readRange = (text: string): readonly [number, number] | null => {
  const [first, last, ...rest] = text.split('-').map(readPort);
  if (first === undefined || first === null || last === null || rest.length > 0) return null;
  const end = last ?? first;
  return end >= first ? [first, end] : null;
};

const readPorts = (text: string): readonly number[] | null => {
  const ports = text.split(',').map(readPort);
  return ports.every((port) => port !== null) ? [...new Set(ports)] : null;
};

const readRedis = (text: string): { address: string | null; port: number } | null => {
  const [portText = '', host] = text.split(':', 2).reverse();
  const port = readPort(portText);
  const address = host === undefined ? null : readAddress(host);
  if (port === null || (host !== undefined && (address === null || address.includes('/'))))
    return null;
  return { address, port };
};
