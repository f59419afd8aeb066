import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { type ImageSpec, writeImageArchive } from './image-archive.ts';

let folder: string;
let spec: ImageSpec;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'swarm-image-'));
  await writeFile(join(folder, 'program'), '#!/bin/sh\n', { mode: 0o600 });
  spec = {
    tag: 'livekit-swarm/thing:1',
    files: { '/usr/bin/thing': join(folder, 'program') },
    links: { '/bin/thing': '../usr/bin/thing' },
    folders: ['/data'],
    entrypoint: ['/usr/bin/thing', '--flag'],
  };
});

const unpack = async (file: string): Promise<string> => {
  const into = await mkdtemp(join(tmpdir(), 'swarm-image-'));
  execFileSync('tar', ['-xf', file, '-C', into]);
  return into;
};

test('an archive has the contents of the specification, and correct hashes', async () => {
  const file = join(folder, 'image.tar');
  await writeImageArchive(spec, file);
  const image = await unpack(file);
  const [manifest] = JSON.parse(await readFile(join(image, 'manifest.json'), 'utf8')) as [
    { Config: string; RepoTags: string[]; Layers: string[] },
  ];
  expect(manifest.RepoTags).toEqual(['livekit-swarm/thing:1']);
  const config = await readFile(join(image, manifest.Config), 'utf8');
  expect(manifest.Config).toBe(`${createHash('sha256').update(config).digest('hex')}.json`);
  const layer = join(image, manifest.Layers[0] ?? '');
  const hash = createHash('sha256')
    .update(await readFile(layer))
    .digest('hex');
  expect(JSON.parse(config)).toMatchObject({
    os: 'linux',
    config: { Entrypoint: ['/usr/bin/thing', '--flag'] },
    rootfs: { diff_ids: [`sha256:${hash}`] },
  });
  const listed = execFileSync('tar', ['-tvf', layer, '--numeric-owner'], { encoding: 'utf8' });
  expect(listed).toMatch(/^-rwxr-xr-x 0\/0 .* \.\/usr\/bin\/thing$/m);
  expect(listed).toMatch(/ \.\/bin\/thing -> \.\.\/usr\/bin\/thing$/m);
  expect(listed).toMatch(/ \.\/data\/$/m);
});

test('the same files make the same archive', async () => {
  await writeImageArchive(spec, join(folder, 'a.tar'));
  await writeImageArchive(spec, join(folder, 'b.tar'));
  const [a, b] = await Promise.all(['a.tar', 'b.tar'].map((name) => unpack(join(folder, name))));
  expect(await readdir(a ?? '')).toEqual(await readdir(b ?? ''));
});

test('a missing file is named, and no partial archive is left', async () => {
  const before = await readdir(folder);
  const broken = writeImageArchive(
    { ...spec, files: { '/x': join(folder, 'missing') } },
    join(folder, 'image.tar'),
  );
  await expect(broken).rejects.toMatchObject({
    code: 'no_image',
    message: expect.stringContaining('missing'),
  });
  expect(await readdir(folder)).toEqual(before);
});
