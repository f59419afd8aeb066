import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, cp, lstat, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SwarmError } from '@livekit-swarm/settings';
import { execa } from 'execa';

/** Container image of files of this host, like one that begins with `FROM scratch`. */
export interface ImageSpec {
  /** Name in manifests: `livekit-swarm/livekit-server:1.13.4`. */
  tag: string;
  /** Executable files or folders of this host, by path in the image. */
  files: Readonly<Record<string, string>>;
  /** Targets of links, by path in the image. */
  links?: Readonly<Record<string, string>>;
  /** Paths of empty folders. */
  folders?: readonly string[];
  entrypoint: readonly string[];
}

/** Names of architectures in Go, by those of Node. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/**
 * Writes an archive in the format of `docker save` (Docker Image Specification v1.2), without
 * Docker.
 * @param file path of the archive
 * @throws SwarmError `no_image`
 */
export const writeImageArchive = async (spec: ImageSpec, file: string): Promise<void> => {
  const work = join(dirname(file), `.image-${randomUUID()}`);
  const content = join(work, 'content');
  try {
    await mkdir(content, { recursive: true });
    for (const folder of spec.folders ?? [])
      await mkdir(join(content, folder), { recursive: true });
    for (const [path, source] of Object.entries(spec.files)) {
      await mkdir(dirname(join(content, path)), { recursive: true });
      await cp(source, join(content, path), { recursive: true, verbatimSymlinks: true });
      if ((await lstat(source)).isFile()) await chmod(join(content, path), 0o755);
    }
    for (const [path, target] of Object.entries(spec.links ?? {})) {
      await mkdir(dirname(join(content, path)), { recursive: true });
      await symlink(target, join(content, path));
    }
    const layer = join(work, 'layer.tar');
    await tar(content, layer, ['.']);
    const config = JSON.stringify({
      architecture: ARCHITECTURES[process.arch] ?? process.arch,
      os: 'linux',
      config: { Entrypoint: spec.entrypoint, Env: ['PATH=/usr/local/bin:/usr/bin:/bin'] },
      rootfs: { type: 'layers', diff_ids: [`sha256:${await hashOf(layer)}`] },
      history: [{ created_by: 'livekit-swarm' }],
    });
    const configFile = `${createHash('sha256').update(config).digest('hex')}.json`;
    await writeFile(join(work, configFile), config);
    await writeFile(
      join(work, 'manifest.json'),
      JSON.stringify([{ Config: configFile, RepoTags: [spec.tag], Layers: ['layer.tar'] }]),
    );
    await tar(work, file, ['manifest.json', configFile, 'layer.tar']);
  } catch (error) {
    if (error instanceof SwarmError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new SwarmError(
      'no_image',
      `the image ${spec.tag} cannot be made: ${why}`,
      'is everything that goes into it installed?',
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
};

/** Makes a tar file whose bytes depend only on names and contents, not on owner and time. */
const tar = async (folder: string, file: string, names: readonly string[]): Promise<void> => {
  const settings = [
    '--format=gnu',
    '--sort=name',
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--mtime=@0',
  ];
  await execa('tar', [...settings, '-C', folder, '-cf', file, ...names], { timeout: 120_000 });
};

const hashOf = async (file: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
};
