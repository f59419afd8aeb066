import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireProgram } from '@livekit-swarm/lab';
import { librariesOf } from '@livekit-swarm/testkit/docker/libraries';
import type { KubernetesCluster } from '@livekit-swarm/testkit/kubernetes/cluster';
import { writeImageArchive } from '@livekit-swarm/testkit/kubernetes/images/image-archive';
import { impairProgram } from '@livekit-swarm/webrtc';
import { rolldown } from 'rolldown';

export const HELPER_IMAGE = 'docker.io/livekit-swarm/helper:lab';

/** Program of pods that stand for LiveKit: echoes datagrams. */
export const ECHO = '/echo.mjs';

/**
 * Loads the image of helpers into a cluster: like that of packaging/image/helper.Dockerfile, of this
 * checkout and of programs of this host. It is also that of pods that echo.
 */
export const loadHelperImage = async (cluster: KubernetesCluster): Promise<void> => {
  const work = await mkdtemp(join(tmpdir(), 'swarm-helper-image-'));
  try {
    const programs = {
      '/usr/local/bin/node': await realpath(process.execPath),
      '/usr/bin/nft': await realpath(await requireProgram(['nft'], 'nftables')),
    };
    const files: Record<string, string> = { ...programs };
    for (const program of [...Object.values(programs), impairProgram()])
      for (const library of await librariesOf(program)) files[library] = await realpath(library);
    // The program looks for it beside its own folder.
    files[`/opt/swarm/${impairProgram().split('/').at(-1)}`] = impairProgram();
    files['/opt/swarm/program'] = await bundle(join(work, 'program'));
    const texts = { [ECHO]: ECHO_PROGRAM, '/opt/swarm/package.json': '{ "version": "0.0.0" }' };
    for (const [path, text] of Object.entries(texts)) {
      files[path] = join(work, path.replaceAll('/', '_'));
      await writeFile(files[path], text);
    }
    const archive = join(work, 'image.tar');
    await writeImageArchive(
      {
        tag: HELPER_IMAGE,
        files,
        folders: ['/tmp', '/host/run', '/etc'],
        entrypoint: ['/usr/local/bin/node', '/opt/swarm/program/main.js'],
      },
      archive,
    );
    await cluster.loadImage(archive);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
};

/** Bundles `swarm` without packages that helpers do not load: of other engines, and of Docker. */
const bundle = async (dir: string): Promise<string> => {
  const main = fileURLToPath(new URL('../../cli/src/main.ts', import.meta.url));
  await using input = await rolldown({
    input: { main },
    platform: 'node',
    external: /\.node$|^(puppeteer-core|@livekit\/rtc-node|dockerode)$/,
    tsconfig: false,
  });
  await input.write({ dir, format: 'esm', entryFileNames: '[name].js' });
  await writeFile(join(dir, 'package.json'), '{ "type": "module" }\n');
  return dir;
};

const ECHO_PROGRAM = `
import { createSocket } from 'node:dgram';
const socket = createSocket('udp4');
socket.on('message', (message, from) => socket.send(message, from.port, from.address));
socket.bind(Number(process.argv[2]), '127.0.0.1');
`;
