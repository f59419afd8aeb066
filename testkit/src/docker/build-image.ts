import { chmod, chown, cp, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { requireProgram } from '@livekit-swarm/lab';
import { execa } from 'execa';
import type { DockerEngine } from './docker-engine.ts';
import { librariesOf } from './libraries.ts';

/** Image that consists only of files of this host. Paths in it are absolute. */
export interface ImageSpec {
  /** Name and tag: `name:tag`. */
  name: string;
  /** Programs of this host by path in the image; their shared libraries are added. */
  programs: Readonly<Record<string, string>>;
  /** Files or folders of this host, by path in the image. */
  files?: Readonly<Record<string, string>>;
  /** Texts of files, by path in the image. */
  texts?: Readonly<Record<string, string>>;
  /** Folders that a user of the image can write to, with their owners `[uid, gid]`. */
  folders?: Readonly<Record<string, readonly [number, number]>>;
  /**
   * Capabilities of programs in the form of `setcap`, by path in the image:
   * `cap_net_bind_service=ep`.
   */
  capabilities?: Readonly<Record<string, string>>;
  entrypoint?: readonly string[];
  command?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** User and group, `uid:gid`; default: root. */
  user?: string;
  labels?: Readonly<Record<string, string>>;
}

/** Files in which programs look up their own user. */
const ACCOUNTS = {
  '/etc/passwd': 'root:x:0:0:root:/:/bin/false\nnobody:x:65534:65534:nobody:/:/bin/false\n',
  '/etc/group': 'root:x:0:\nnogroup:x:65534:\n',
};

/**
 * Makes an image without a registry, a base image or a build: its files are collected and imported
 * as one layer. Resolves to its id.
 * @throws SwarmError `no_program`, `docker_failed`
 */
export const buildImage = async (engine: DockerEngine, spec: ImageSpec): Promise<string> => {
  // The engine's folder is removed in any case.
  const dir = await mkdtemp(join(dirname(engine.socketPath), 'image-'));
  try {
    const root = join(dir, 'root');
    const archive = join(dir, 'root.tar');
    await mkdir(root, { mode: 0o755 });
    await collect(root, spec);
    for (const [path, capabilities] of Object.entries(spec.capabilities ?? {})) {
      await execa(await requireProgram(['setcap'], 'libcap2-bin'), [
        capabilities,
        join(root, path),
      ]);
    }
    // Permissions do not depend on the umask: every user of a container reads its image.
    const kept = [
      '--numeric-owner',
      '--mode=a+rX',
      '--xattrs',
      '--xattrs-include=security.capability',
    ];
    await execa('tar', ['-C', root, ...kept, '-cf', archive, '.']);
    return await engine.docker(['import', ...changes(spec), archive, spec.name]);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
};

const collect = async (
  root: string,
  { programs, files = {}, texts = {}, folders = {} }: ImageSpec,
): Promise<void> => {
  const found = new Map(Object.entries(files));
  for (const [path, program] of Object.entries(programs)) {
    found.set(path, program);
    for (const library of await librariesOf(program)) found.set(library, library);
  }
  for (const [path, from] of found) {
    const to = join(root, path);
    await mkdir(dirname(to), { recursive: true });
    // Programs and libraries are often links.
    await cp(await realpath(from), to, { recursive: true, verbatimSymlinks: true });
  }
  for (const [path, text] of Object.entries({ ...ACCOUNTS, ...texts })) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  await mkdir(join(root, 'tmp'), { recursive: true });
  await chmod(join(root, 'tmp'), 0o1777);
  for (const [path, [uid, gid]] of Object.entries(folders)) {
    await mkdir(join(root, path), { recursive: true });
    await chown(join(root, path), uid, gid);
  }
};

/** Instructions of a Dockerfile, one each. */
const changes = ({ entrypoint, command, env = {}, user, labels = {} }: ImageSpec): string[] =>
  [
    ...(entrypoint === undefined ? [] : [`ENTRYPOINT ${JSON.stringify(entrypoint)}`]),
    ...(command === undefined ? [] : [`CMD ${JSON.stringify(command)}`]),
    ...Object.entries(env).map(([name, value]) => `ENV ${name}=${JSON.stringify(value)}`),
    ...Object.entries(labels).map(
      ([name, value]) => `LABEL ${JSON.stringify(name)}=${JSON.stringify(value)}`,
    ),
    ...(user === undefined ? [] : [`USER ${user}`]),
  ].flatMap((instruction) => ['--change', instruction]);
