import { resolve } from 'node:path';
import { usageError } from '@livekit-swarm/settings';
import { z } from 'zod';
import { invalidReference, type PlatformReference } from '../platform.ts';
import { formatUnit, parseUnit, type Unit, unit } from '../process/systemd.ts';

/** Hosts that are reached by SSH, and the systemd units on them that form a deployment. */
export interface SshSpec {
  hosts: readonly SshHost[];
  /** Path for `ssh -F`; null: the user's own configuration. */
  config: string | null;
}

export interface SshHost {
  /** Argument of ssh: `lk-1`, `root@10.0.0.5`, `ssh://root@10.0.0.5:2222`. */
  host: string;
  units: readonly Unit[];
}

/** Accepted form of a host: no characters that ssh, a ProxyCommand or a shell could interpret. */
const HOST = /^(ssh:\/\/)?[A-Za-z0-9_][A-Za-z0-9_.@:%[\]-]*$/;

/**
 * @param hosts hosts: `lk-1,lk-2`
 * @param units units: `node=livekit.service` is on each of them, `redis=lk-1/redis.service` on that
 * one
 * @param config path for `ssh -F`
 * @throws SwarmError `usage`
 */
export const readSshSpec = (hosts: string, units: string, config: string | undefined): SshSpec => {
  const names = listOf(hosts);
  for (const host of names) {
    if (!HOST.test(host))
      throw usageError(
        `invalid ssh host "${host}"`,
        'for instance lk-1, root@10.0.0.5 or ssh://root@10.0.0.5:2222',
      );
  }
  if (names.length === 0) throw usageError('no SSH hosts given', 'for instance lk-1,lk-2');
  if (new Set(names).size < names.length)
    throw usageError(`"${hosts}" names a host twice`, 'name each of them once');
  const read = listOf(units).map(readPlacedUnit);
  for (const { host, unit } of read) {
    if (host === null || names.includes(host)) continue;
    throw usageError(
      `${formatUnit(unit)} refers to unknown host "${host}"`,
      `available: ${names.join(', ')}`,
    );
  }
  const placed = names.map((host) => ({
    host,
    units: read.filter((one) => one.host === null || one.host === host).map(({ unit }) => unit),
  }));
  const empty = placed.find((one) => one.units.length === 0);
  if (empty !== undefined)
    throw usageError(`no unit on ${empty.host}`, 'give it one: node=livekit-server.service');
  for (const one of placed) {
    const twice = one.units.find(
      ({ name }, index) => one.units.findIndex((other) => other.name === name) < index,
    );
    if (twice !== undefined)
      throw usageError(`${twice.name} is named twice`, 'name each unit once');
  }
  return { hosts: placed, config: config === undefined ? null : resolve(config) };
};

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/**
 * Parses a unit with an optional host: `redis=db-1/redis.service`; names of units have no slash.
 */
const readPlacedUnit = (text: string): { host: string | null; unit: Unit } => {
  const [, role, host, name] = /^([^=]*)=(.*)\/([^/]*)$/.exec(text) ?? [];
  return host === undefined
    ? { host: null, unit: parseUnit(text) }
    : { host, unit: parseUnit(`${role}=${name}`) };
};

/** Name of a component: the unit alone if there is only one host. */
export const componentName = ({ hosts }: SshSpec, host: string, unit: string): string =>
  hosts.length === 1 ? unit : `${host.replace(/^ssh:\/\//, '')}/${unit}`;

/** Name of the deployment. */
export const sshSpecName = ({ hosts }: Pick<SshSpec, 'hosts'>): string =>
  hosts.map(({ host }) => host.replace(/^ssh:\/\//, '').replace(/^[^@]*@/, '')).join(',');

const reference = z.object({
  config: z.string().nullable(),
  hosts: z.array(z.object({ host: z.string().regex(HOST), units: z.array(unit) })),
});

export const writeReference = ({ hosts, config }: SshSpec): PlatformReference => ({
  kind: 'ssh',
  config,
  hosts,
});

/** @throws SwarmError `invalid_reference` */
export const readReference = (written: PlatformReference): SshSpec => {
  const read = reference.safeParse(written);
  if (read.success) return read.data;
  throw invalidReference('hosts', read.error);
};
