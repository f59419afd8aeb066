/** Change of the image or configuration of a container: a new one takes its name. */
import { readFile } from 'node:fs/promises';
import { messageOf, SwarmError } from '@livekit-swarm/settings';
import type { ContainerCreateOptions, ContainerInspectInfo, ImageInspectInfo } from 'dockerode';
import { z } from 'zod';
import type { Component, NodeRollout } from '../platform.ts';
import type { Release } from '../rollout.ts';
import type { Engine } from './engine.ts';
import { BEFORE_ROLL } from './kept-container.ts';

/** Containers of one component. */
interface Found {
  info: ContainerInspectInfo;
}

interface DockerRolloutOptions {
  engine: Engine;
  /** Container of a component; null: there is none. */
  find(name: string): Promise<Found | null>;
  /** Container that the component had before a change; null: it was not changed. */
  findKept(name: string): Promise<Found | null>;
  /** Returns true when the engine is on this host, which then undoes the change on its own. */
  isHere(): Promise<boolean>;
}

/** Variable whose text livekit-server prefers to the file of `--config`. */
const CONFIG_VARIABLE = 'LIVEKIT_CONFIG';

export const dockerRollout = ({
  engine,
  find,
  findKept,
  isHere,
}: DockerRolloutOptions): NodeRollout => {
  const present = async ({ name }: Pick<Component, 'name'>): Promise<string | null> =>
    (await find(name))?.info.Config.Image ?? null;

  /** Image of a release as the engine has it; null: it has none. */
  const imageOf = async (now: string, { program }: Release): Promise<string | null> => {
    if (program === null) return now;
    for (const image of imagesNamed(now, program))
      if ((await engine.inspectImage(image)) !== null) return image;
    return null;
  };

  return {
    by: 'node',
    present,
    missingCapability: async ({ name, kind }, release) => {
      if (kind !== 'node') return 'only nodes have a release';
      const found = await find(name);
      if (found === null) return `container "${name}" not found`;
      const { info } = found;
      if (!(await isHere()))
        return 'its containers are on another host, which could not undo the change on its own: run swarm there';
      if (info.HostConfig.AutoRemove === true)
        return 'it was started with --rm: it is removed when it exits, and could not return';
      if (Object.keys(release.config).length > 0)
        return 'the configuration of a container is a whole file: give it as +FILE';
      if ((await engine.inspectImage(info.Image)) === null)
        return `the image that it runs (${info.Config.Image}) no longer exists in the engine: it could not return`;
      if ((await imageOf(info.Config.Image, release)) === null) {
        const [first = ''] = imagesNamed(info.Config.Image, release.program ?? '');
        return `the engine has no image ${imagesNamed(info.Config.Image, release.program ?? '').join(' or ')}: docker pull ${first}`;
      }
      return (await findKept(name)) === null
        ? null
        : `${info.Name.slice(1)}${BEFORE_ROLL} exists: another roll was not finished; run "swarm chaos rollback"`;
    },
    change: async ({ name }, release) => {
      const found = await find(name);
      if (found === null) throw gone(name);
      const { info } = found;
      const image = await imageOf(info.Config.Image, release);
      const old = await engine.inspectImage(info.Image);
      if (image === null || old === null)
        throw new SwarmError(
          'rollout_failed',
          `the image for ${name} no longer exists in the engine`,
          'pull it again',
        );
      const config =
        release.configFile === null ? null : await readConfiguration(release.configFile);
      const own = info.Name.slice(1);
      await engine.rename(info.Id, `${own}${BEFORE_ROLL}`);
      await engine.create(withImage(info, own, old, image, config));
      // The engine starts containers again when it starts itself, even those that were stopped.
      await engine.setRestart(info.Id, { Name: 'no' });
    },
    isChanged: async ({ name }) => (await findKept(name)) !== null,
    restore: async ({ name }) => {
      const kept = await findKept(name);
      if (kept === null) return;
      const now = await find(name);
      if (now !== null) {
        // Without the new container, the kept one still has its policy, or has it again.
        const { RestartPolicy: policy } = now.info.HostConfig;
        const { RestartPolicy: present } = kept.info.HostConfig;
        // An engine that cannot change a policy failed the change, and must not fail the rollback.
        if (policy !== undefined && policy.Name !== present?.Name)
          await engine.setRestart(kept.info.Id, policy);
        await engine.remove(now.info.Id);
      }
      await engine.rename(kept.info.Id, kept.info.Name.slice(1, -BEFORE_ROLL.length));
    },
    keep: async ({ name }) => {
      const kept = await findKept(name);
      if (kept !== null) await engine.remove(kept.info.Id);
    },
  };
};

const gone = (name: string): SwarmError =>
  new SwarmError('component_not_found', `container "${name}" not found`);

const readConfiguration = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new SwarmError('rollout_failed', `${file} cannot be read: ${messageOf(error)}`, null, {
      cause: error,
    });
  }
};

/**
 * Images that a release may mean: itself, or a tag of the repository that the container runs.
 * @param now image of the container: `livekit/livekit-server:v1.13.4`
 */
export const imagesNamed = (now: string, program: string): string[] => {
  if (/[/:@]/.test(program)) return [program];
  const [withoutDigest = ''] = now.split('@');
  // A colon before the last slash belongs to the port of a registry.
  const repository = withoutDigest.replace(/:[^/:]*$/, '');
  const bare = program.replace(/^v/, '');
  return [...new Set([program, `v${bare}`, bare])].map((tag) => `${repository}:${tag}`);
};

/** Settings that the types of dockerode lack. */
const stopSettings = z.object({
  StopSignal: z.string().optional().catch(undefined),
  StopTimeout: z.number().optional().catch(undefined),
});

/** Container like another one, with another image. Defaults of the old image do not stay. */
const withImage = (
  {
    Config: config,
    HostConfig: host,
    NetworkSettings: { Networks: networks },
    Id: id,
  }: ContainerInspectInfo,
  name: string,
  { Config: old }: ImageInspectInfo,
  image: string,
  configuration: string | null,
): ContainerCreateOptions => {
  const { StopSignal: stopSignal, StopTimeout: stopTimeout } = stopSettings.parse(config);
  const isOwnNetwork = !/^(host|none|container:)/.test(host.NetworkMode ?? '');
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  const variables = (config.Env ?? []).filter(
    (entry) =>
      !(old.Env ?? []).includes(entry) &&
      !(configuration !== null && entry.startsWith(`${CONFIG_VARIABLE}=`)),
  );
  const labels = Object.entries(config.Labels ?? {}).filter(
    ([key, value]) => old.Labels?.[key] !== value,
  );
  return {
    name,
    Image: image,
    Env: [...variables, ...(configuration === null ? [] : [`${CONFIG_VARIABLE}=${configuration}`])],
    Labels: Object.fromEntries(labels),
    ...(same(config.Cmd, old.Cmd) ? {} : { Cmd: config.Cmd }),
    ...(same(config.Entrypoint, old.Entrypoint) || config.Entrypoint === undefined
      ? {}
      : { Entrypoint: [config.Entrypoint].flat() }),
    ...(same(config.WorkingDir, old.WorkingDir) ? {} : { WorkingDir: config.WorkingDir }),
    ...(same(config.User, old.User) ? {} : { User: config.User }),
    ...(isOwnNetwork && !id.startsWith(config.Hostname) ? { Hostname: config.Hostname } : {}),
    ...(config.ExposedPorts === undefined ? {} : { ExposedPorts: config.ExposedPorts }),
    ...(config.Healthcheck === undefined || same(config.Healthcheck, old.Healthcheck)
      ? {}
      : { Healthcheck: config.Healthcheck }),
    ...(stopSignal === undefined || stopSignal === stopSettings.parse(old).StopSignal
      ? {}
      : { StopSignal: stopSignal }),
    // Images have none; that of a container of Compose is its stop_grace_period.
    ...(stopTimeout === undefined ? {} : { StopTimeout: stopTimeout }),
    HostConfig: host,
    ...(isOwnNetwork && {
      NetworkingConfig: {
        EndpointsConfig: Object.fromEntries(
          Object.entries(networks).map(([network, { Aliases: aliases, IPAMConfig: ipam }]) => [
            network,
            {
              ...(aliases !== null &&
                aliases !== undefined && {
                  Aliases: aliases.filter((alias: string) => !id.startsWith(alias)),
                }),
              ...(ipam !== null && ipam !== undefined && { IPAMConfig: ipam }),
            },
          ]),
        ),
      },
    }),
  };
};
