import { SwarmError, usageError } from '@livekit-swarm/settings';
import { z } from 'zod';
import { COMPONENT_KINDS, isComponentKind } from '../component-settings.ts';
import type { ComponentKind, PlatformReference } from '../target.ts';

/** Containers of one engine that make up a deployment. */
export interface DockerSpec {
  /** As in DOCKER_HOST: `unix:///var/run/docker.sock`, `tcp://10.0.0.5:2376`; a path is a socket. */
  host: string;
  /** What all of them have, `key=value`: `swarm.drill=staging`, `com.docker.compose.project=livekit`. */
  label: string;
  /** What those are that do not say it themselves with a label `swarm.component`, by name or by service of Compose. */
  components: Readonly<Record<string, ComponentKind>>;
}

/** Of a deployment, by its name alone. */
const DRILL_LABEL = 'swarm.drill';
const USUAL_HOST = 'unix:///var/run/docker.sock';

/**
 * @param what `NAME` for the label `swarm.drill=NAME`, or another label: `KEY=VALUE`
 * @param roles what containers are that have no label for it: `node=livekit,redis=cache`
 * @throws SwarmError `usage`
 */
export const readDockerSpec = (
  what: string,
  roles: string | undefined,
  env: NodeJS.ProcessEnv,
): DockerSpec => {
  const label = what.includes('=') ? what : `${DRILL_LABEL}=${what}`;
  if (!/^[^=\s]+=.+$/.test(label)) {
    throw usageError(
      `"${what}" is neither a name nor a label KEY=VALUE`,
      `for instance ${DRILL_LABEL}=staging`,
    );
  }
  return { host: readHost(env.DOCKER_HOST), label, components: readRoles(roles) };
};

/**
 * What the deployment is called: the label's value, and where the engine is if that is another machine. Labels are alike in many places,
 * and DOCKER_HOST stands in the environment: who may break `livekit` here has not said so of `livekit@10.0.0.5:2376`.
 */
export const dockerSpecName = ({ host, label }: Pick<DockerSpec, 'host' | 'label'>): string => {
  const value = label.slice(label.indexOf('=') + 1);
  return host.startsWith('tcp://')
    ? `${value}@${host.slice('tcp://'.length).replace(/\/+$/, '')}`
    : value;
};

const readHost = (text = ''): string => {
  const host = text.startsWith('/') ? `unix://${text}` : text === '' ? USUAL_HOST : text;
  if (/^(unix|tcp|npipe):\/\/./.test(host)) return host;
  if (host.startsWith('ssh:')) {
    // The client would take any host key.
    throw usageError(
      `DOCKER_HOST=${host}: the engine is not reached over ssh from here`,
      'bring its socket here ("ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock HOST") and set DOCKER_HOST=unix:///tmp/docker.sock',
    );
  }
  throw usageError(
    `DOCKER_HOST=${host} is not an address of a Docker engine`,
    `for instance ${USUAL_HOST}`,
  );
};

const readRoles = (text = ''): Record<string, ComponentKind> => {
  const roles: Record<string, ComponentKind> = {};
  for (const pair of text.split(',').filter((part) => part.trim() !== '')) {
    const [role = '', name = ''] = pair.split('=').map((part) => part.trim());
    if (!isComponentKind(role) || name === '') {
      throw usageError(
        `"${pair.trim()}" does not say what a container is`,
        `for instance node=livekit (or ${COMPONENT_KINDS.join(', ')})`,
      );
    }
    roles[name] = role;
  }
  return roles;
};

const reference = z.object({
  host: z.string(),
  label: z.string(),
  roles: z.array(z.string()),
  onHost: z.array(z.string()),
});

/** What the journal keeps. `onHost`: names of those whose packets are among the machine's own, which outlive them. */
export const writeReference = (
  { host, label, components }: DockerSpec,
  onHost: readonly string[],
): PlatformReference => ({
  kind: 'docker',
  host,
  label,
  roles: Object.entries(components).map(([name, role]) => `${role}=${name}`),
  onHost,
});

/** @throws SwarmError `invalid_reference` */
export const readReference = (
  written: PlatformReference,
): { order: DockerSpec; onHost: readonly string[] } => {
  const result = reference.safeParse(written);
  if (!result.success) {
    const hint = 'use the version of swarm that ran the drill';
    throw new SwarmError(
      'invalid_reference',
      'the journal speaks of containers that cannot be found again',
      hint,
      {
        cause: result.error,
      },
    );
  }
  const { host, label, roles, onHost } = result.data;
  return { order: { host, label, components: readRoles(roles.join(',')) }, onHost };
};
