/** Images for docker-compose.yml made of what this host has, where no registry is asked. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { provisionLiveKit } from '@livekit-swarm/lab';
import { buildImage, type ImageSpec } from '@livekit-swarm/testkit/docker/build-image';
import type { DockerEngine } from '@livekit-swarm/testkit/docker/docker-engine';
import { execa } from 'execa';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const NOBODY = [65534, 65534] as const;

/** Health checks ask with it, and the images of others have it. */
const WGET = { '/bin/wget': '/bin/busybox' };

type Contents = Omit<ImageSpec, 'name'>;

/** Variable of docker-compose.yml → what its image is made of. They start as the published ones do: their entrypoints have these names. */
const contents = async (): Promise<Record<string, Contents>> => ({
  LIVEKIT_IMAGE: {
    programs: { '/livekit-server': (await provisionLiveKit()).path, ...WGET },
    entrypoint: ['/livekit-server'],
  },
  REDIS_IMAGE: {
    programs: {
      '/usr/local/bin/redis-server': '/usr/bin/redis-server',
      '/usr/local/bin/redis-cli': '/usr/bin/redis-cli',
    },
  },
  HAPROXY_IMAGE: { programs: { '/usr/local/sbin/haproxy': '/usr/sbin/haproxy', ...WGET } },
  COTURN_IMAGE: {
    programs: {
      '/usr/bin/turnserver': '/usr/bin/turnserver',
      '/usr/bin/turnutils_stunclient': '/usr/bin/turnutils_stunclient',
    },
    // As in the published image, to serve ports below 1024: a container without this capability cannot even start the program.
    capabilities: { '/usr/bin/turnserver': 'cap_net_bind_service=ep' },
  },
  EXPORTER_IMAGE: await exporterContents(),
  NODE_EXPORTER_IMAGE: {
    programs: { '/bin/node_exporter': '/usr/bin/prometheus-node-exporter', ...WGET },
    entrypoint: ['/bin/node_exporter'],
  },
  REDIS_EXPORTER_IMAGE: {
    programs: { '/redis_exporter': '/usr/bin/prometheus-redis-exporter', ...WGET },
    entrypoint: ['/redis_exporter'],
  },
  PROMETHEUS_IMAGE: {
    programs: { '/bin/prometheus': '/usr/bin/prometheus', ...WGET },
    folders: { '/prometheus': NOBODY },
    entrypoint: ['/bin/prometheus'],
  },
  ALERTMANAGER_IMAGE: {
    programs: { '/bin/alertmanager': '/usr/bin/prometheus-alertmanager', ...WGET },
    // Debian's reads its templates from there; others have them built in.
    files: { '/usr/share/prometheus/alertmanager': '/usr/share/prometheus/alertmanager' },
    folders: { '/alertmanager': NOBODY },
    entrypoint: ['/bin/alertmanager'],
  },
});

/**
 * Contents that the Dockerfile puts into the image, from the packages installed here and the engine
 * built here.
 */
const exporterContents = async (): Promise<Contents> => {
  const listed = await execa(
    'npm',
    ['ls', '--omit=dev', '--omit=optional', '--all', '--parseable', '--workspace', 'livekit-swarm'],
    {
      cwd: ROOT,
      reject: false,
    },
  );
  const inside = '/opt/swarm';
  const files: Record<string, string> = { [`${inside}/package.json`]: join(ROOT, 'package.json') };
  const take = (path: string): void => {
    files[join(inside, relative(ROOT, path))] = path;
  };
  for (const path of listed.stdout
    .split('\n')
    .filter(
      (line) =>
        line.startsWith(join(ROOT, 'node_modules')) || line.startsWith(join(ROOT, 'packages')),
    )) {
    const name = basename(path);
    const own = path.includes('/@livekit-swarm/') ? name : name === 'livekit-swarm' ? 'cli' : null;
    if (own === null) take(path);
    else
      for (const part of [
        'package.json',
        'src',
        'clips',
        'schema',
        'node_modules',
        `swarm-native.${process.platform}-${process.arch}.node`,
      ]) {
        const from = join(ROOT, 'packages', own, part);
        if (existsSync(from)) take(from);
      }
  }
  take(join(ROOT, 'node_modules', '@livekit-swarm'));
  return {
    programs: { '/usr/local/bin/node': process.execPath },
    files,
    env: { NODE_ENV: 'production', NODE_COMPILE_CACHE: '/tmp/node-compile-cache' },
    user: NOBODY.join(':'),
    entrypoint: ['node', `${inside}/packages/cli/src/main.ts`],
  };
};

/** Images of docker-compose.yml, by the variable that replaces each. */
export const imagesOfCompose = async (): Promise<Map<string, string>> => {
  const text = await readFile(join(ROOT, 'docker-compose.yml'), 'utf8');
  return new Map(
    [...text.matchAll(/^\s+image: \$\{(\w+):-([^}]+)\}$/gm)].map(
      ([, variable = '', image = '']) => [variable, image],
    ),
  );
};

/** Makes all that can be made. Resolves to the variables that name them, and those for which there is none. */
export const buildStackImages = async (
  engine: DockerEngine,
): Promise<{ variables: Record<string, string>; missing: string[] }> => {
  const made = await contents();
  const variables: Record<string, string> = {};
  await Promise.all(
    Object.entries(made).map(async ([variable, spec]) => {
      const name = `swarm-test/${variable.toLowerCase().replace('_image', '')}:local`;
      await buildImage(engine, { name, ...spec });
      variables[variable] = name;
    }),
  );
  return {
    variables,
    missing: [...(await imagesOfCompose()).keys()].filter(
      (variable) => !Object.hasOwn(made, variable),
    ),
  };
};
