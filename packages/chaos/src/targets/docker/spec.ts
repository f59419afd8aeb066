import { usageError } from '@livekit-swarm/settings';
import { z } from 'zod';
import {
  COMPONENT_KINDS,
  type ComponentKind,
  invalidReference,
  isComponentKind,
  type PlatformReference,
} from '../platform.ts';

/** Containers of one engine that form a deployment. */
export interface DockerSpec {
  /**
   * Address of the engine, as in DOCKER_HOST: `unix:///var/run/docker.sock`, `tcp://10.0.0.5:2376`;
   * a path is a socket.
   */
  host: string;
  /**
   * Label of all its containers, `key=value`: `swarm.drill=staging`,
   * `com.docker.compose.project=livekit`.
   */
  label: string;
  /** Kinds of containers that lack the label `swarm.component`, by name or Compose service. */
  components: Readonly<Record<string, ComponentKind>>;
}

/** Label whose value is the name of a deployment. */
const DRILL_LABEL = 'swarm.drill';
const DEFAULT_HOST = 'unix:///var/run/docker.sock';

/**
 * @param what `NAME` for the label `swarm.drill=NAME`, or another label: `KEY=VALUE`
 * @param roles kinds of containers that lack a label for it: `node=livekit,redis=cache`
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
 * Name of the deployment: the label's value, and the address of an engine on another host. Labels
 * repeat across hosts, and DOCKER_HOST comes from the environment: a confirmation of `livekit` is
 * not one of `livekit@10.0.0.5:2376`.
 */
export const dockerSpecName = ({ host, label }: Pick<DockerSpec, 'host' | 'label'>): string => {
  const value = label.slice(label.indexOf('=') + 1);
  return host.startsWith('tcp://')
    ? `${value}@${host.slice('tcp://'.length).replace(/\/+$/, '')}`
    : value;
};

const readHost = (text = ''): string => {
  const host = text.startsWith('/') ? `unix://${text}` : text === '' ? DEFAULT_HOST : text;
  if (/^(unix|tcp|npipe):\/\/./.test(host)) return host;
  if (host.startsWith('ssh:')) {
    // The client accepts any host key.
    throw usageError(
      `DOCKER_HOST=${host}: an engine cannot be reached by SSH`,
      'forward its socket ("ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock HOST") and set DOCKER_HOST=unix:///tmp/docker.sock',
    );
  }
  throw usageError(
    `DOCKER_HOST=${host} is not an address of a Docker engine`,
    `for instance ${DEFAULT_HOST}`,
  );
};

const readRoles = (text = ''): Record<string, ComponentKind> => {
  const roles: Record<string, ComponentKind> = {};
  for (const pair of text.split(',').filter((part) => part.trim() !== '')) {
    const [role = '', name = ''] = pair.split('=').map((part) => part.trim());
    if (!isComponentKind(role) || name === '') {
      throw usageError(
        `"${pair.trim()}" is not KIND=CONTAINER`,
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
  components: z.record(z.string(), z.enum(COMPONENT_KINDS)),
  onHost: z.array(z.string()),
});

/**
 * Reference for the journal.
 * @param onHost containers in the host's network, whose packet rules outlive them
 */
export const writeReference = (
  { host, label, components }: DockerSpec,
  onHost: readonly string[],
): PlatformReference => ({ kind: 'docker', host, label, components, onHost });

/** @throws SwarmError `invalid_reference` */
export const readReference = (
  written: PlatformReference,
): { spec: DockerSpec; onHost: readonly string[] } => {
  const read = reference.safeParse(written);
  if (!read.success) throw invalidReference('containers', read.error);
  const { onHost, ...spec } = read.data;
  return { spec, onHost };
};
