import { BlockList, isIP } from 'node:net';
import { isUsageError, usageError } from '@livekit-swarm/settings';

/** Rules for the servers that may receive load. */
export interface HostRules {
  /** Lists of which each must contain the host; an empty one contains every host. */
  allow: readonly string[][];
  /** Denied hosts; takes precedence over `allow`. */
  deny: readonly string[];
  /** Hosts of `--confirm-target`. */
  confirmed: readonly string[];
}

export interface HostFlags {
  allowHost?: string[];
  denyHost?: string[];
  confirmTarget?: string[];
  /** Rules of `swarm.yaml` in the working folder. */
  folderSettings?: { allowHosts: readonly string[]; denyHosts: readonly string[] };
}

/**
 * Reads the rules of flags, environment and `swarm.yaml`. Each can only narrow the rules of the
 * others.
 */
export const readHostRules = (
  { allowHost = [], denyHost = [], confirmTarget = [], folderSettings }: HostFlags,
  env: NodeJS.ProcessEnv,
): HostRules => {
  const typed = (lists: readonly string[]): string[] => lists.flatMap(splitHosts);
  const { allowHosts = [], denyHosts = [] } = folderSettings ?? {};
  const rules = {
    allow: [splitHosts(env.SWARM_ALLOW_HOST ?? ''), typed(allowHost), typed(allowHosts)],
    deny: [...splitHosts(env.SWARM_DENY_HOST ?? ''), ...typed(denyHost), ...typed(denyHosts)],
    confirmed: typed(confirmTarget),
  };
  for (const entry of [...rules.allow.flat(), ...rules.deny]) assertEntry(entry);
  return rules;
};

const splitHosts = (text: string): string[] =>
  text
    .split(/[,;\s]+/)
    .map((host) => host.toLowerCase())
    .filter((host) => host !== '');

/** @throws SwarmError `usage` when this server may not be used */
export const assertHostAllowed = (url: string, { allow, deny }: HostRules): void => {
  const host = hostOf(url);
  const denied = deny.find((entry) => matches(host, entry));
  if (denied !== undefined)
    throw usageError(
      `${host} is denied by "${denied}"`,
      'see --deny-host, SWARM_DENY_HOST, and denyHosts of swarm.yaml',
    );
  for (const list of allow) {
    if (list.length === 0 || list.some((entry) => matches(host, entry))) continue;
    throw usageError(
      `${host} is not allowed, only ${list.join(', ')}`,
      'see --allow-host, SWARM_ALLOW_HOST, and allowHosts of swarm.yaml',
    );
  }
};

/** Returns true when the rules allow this server. */
export const isHostAllowed = (url: string, rules: HostRules): boolean => {
  try {
    assertHostAllowed(url, rules);
    return true;
  } catch (error) {
    if (isUsageError(error)) return false;
    throw error;
  }
};

/** @throws SwarmError `usage` for a host of LiveKit Cloud that is not confirmed */
export const assertCloudConfirmed = (url: string, { confirmed }: HostRules): void => {
  const host = hostOf(url);
  if (!isCloud(host) || confirmed.includes(host)) return;
  throw usageError(
    `${host} is LiveKit Cloud, which bills participants by the minute and limits load tests`,
    `add --confirm-target ${host} when you are allowed to`,
  );
};

/** Host of a valid URL: lower case, IPv6 without brackets. */
export const hostOf = (url: string): string =>
  new URL(url.trim()).hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');

export const isCloud = (host: string): boolean => /(^|\.)livekit\.cloud$/.test(host);

export type HostScope = 'loopback' | 'private' | 'public';

/** Scope of a host by its address, or by its name if it has one: no DNS lookup is made. */
export const scopeOf = (host: string): HostScope => {
  if (/(^|\.)localhost$/.test(host) || isIn(host, LOOPBACK)) return 'loopback';
  if (isIP(host) !== 0) return isIn(host, PRIVATE) ? 'private' : 'public';
  // A name without a dot belongs to the local network or to a container.
  return !host.includes('.') || PRIVATE_NAMES.test(host) ? 'private' : 'public';
};

/** Top-level names for private use: RFC 6762, RFC 8375, and the name that ICANN reserved. */
const PRIVATE_NAMES = /\.(local|home\.arpa|internal|lan)$/;

const blockList = (...prefixes: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const prefix of prefixes) {
    const [address = '', bits] = prefix.split('/');
    list.addSubnet(address, Number(bits), familyOf(address));
  }
  return list;
};

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

const isIn = (host: string, list: BlockList): boolean =>
  isIP(host) !== 0 && list.check(host, familyOf(host));

const LOOPBACK = blockList('127.0.0.0/8', '::1/128');

/** Private address ranges: RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291. */
const PRIVATE = blockList(
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
);

const PREFIX = /^([0-9a-f.:]+)\/(\d{1,3})$/;
const NAME = /^(\*\.)?[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/;

/**
 * Checks an entry of a list of hosts, in any case.
 * @throws SwarmError `usage` unless it is a host name, a pattern, an address or a prefix
 */
export const checkHostEntry = (entry: string): void => assertEntry(entry.toLowerCase());

const assertEntry = (entry: string): void => {
  const [, address = '', bits] = PREFIX.exec(entry) ?? [];
  const isPrefix = isIP(address) !== 0 && Number(bits) <= (isIP(address) === 6 ? 128 : 32);
  if (isPrefix || isIP(entry) !== 0 || NAME.test(entry)) return;
  throw usageError(
    `"${entry}" is not a host`,
    'write livekit.example.com, *.example.com, 203.0.113.7 or 10.0.0.0/8',
  );
};

const matches = (host: string, entry: string): boolean => {
  if (PREFIX.test(entry)) return isIn(host, blockList(entry));
  if (isIP(entry) !== 0) return isIn(host, blockList(`${entry}/${isIP(entry) === 6 ? 128 : 32}`));
  return entry.startsWith('*.') ? host.endsWith(entry.slice(1)) : host === entry;
};
