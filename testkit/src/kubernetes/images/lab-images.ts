import { realpath } from 'node:fs/promises';
import type { ProgramBinary } from '@livekit-swarm/lab';
import { requireProgram } from '@livekit-swarm/lab';
import { SwarmError } from '@livekit-swarm/settings';
import { execa } from 'execa';
import type { ImageSpec } from './image-archive.ts';

/** Image with one static program, which holds the namespaces of pods. */
export const pauseImage = (pause: string): ImageSpec => ({
  tag: 'livekit-swarm/pause:1.0.0',
  files: { '/pause': pause },
  entrypoint: ['/pause'],
});

/** Commands of busybox that probes and users need in containers. */
const COMMANDS = ['sh', 'wget', 'nc', 'ls', 'cat', 'ps', 'kill', 'sleep'];

/**
 * Image of LiveKit in the form of the official one: the server at `/livekit-server`, with a shell
 * and wget.
 * @throws SwarmError `no_program`
 */
export const liveKitImage = async (server: ProgramBinary): Promise<ImageSpec> => ({
  tag: `livekit-swarm/livekit-server:${server.version}`,
  files: {
    '/livekit-server': server.path,
    '/bin/busybox': await requireProgram(['busybox'], 'busybox-static'),
  },
  links: Object.fromEntries(COMMANDS.map((name) => [`/bin/${name}`, 'busybox'])),
  folders: ['/tmp', '/etc'],
  entrypoint: ['/livekit-server'],
});

/**
 * Image of Redis from this host, with its shared libraries.
 * @throws SwarmError `no_program`, `no_image`
 */
export const redisImage = async (): Promise<ImageSpec> => {
  const programs = {
    'redis-server': await requireProgram(['redis-server'], 'redis-server'),
    'redis-cli': await requireProgram(['redis-cli'], 'redis-tools'),
  };
  const files: Record<string, string> = {};
  for (const [name, path] of Object.entries(programs)) {
    files[`/usr/bin/${name}`] = await realpath(path);
    for (const library of await librariesOf(path)) files[library] = await realpath(library);
  }
  return {
    tag: 'livekit-swarm/redis:lab',
    files,
    folders: ['/data', '/tmp'],
    entrypoint: ['/usr/bin/redis-server'],
  };
};

/** Paths that ldd(1) prints: libraries, and the loader. */
const librariesOf = async (program: string): Promise<string[]> => {
  const { stdout, failed } = await execa('ldd', [program], { reject: false, timeout: 10_000 });
  const paths = [...(stdout ?? '').matchAll(/(\/\S+) \(0x[0-9a-f]+\)/g)].map(
    ([, path = '']) => path,
  );
  if (!failed && paths.length > 0) return paths;
  throw new SwarmError(
    'no_image',
    `ldd does not say what ${program} is linked with`,
    'is libc-bin installed?',
  );
};
