import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectLibraries } from './c-libraries.ts';

const program = {
  name: 'ingress',
  pathVariable: 'SWARM_INGRESS',
  libraries: { pkgConfig: ['no-such-library-1.0'], debianPackages: ['libnone-dev', 'none-tools'] },
};

test('accepts a program without C libraries', async () => {
  const { libraries: _, ...plain } = program;
  await expectLibraries(plain, {});
});

test('names missing libraries, their packages, and the variable for another program', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'swarm-libraries-'));
  for (const env of [process.env, { PATH: folder }])
    await expect(expectLibraries(program, env)).rejects.toMatchObject({
      code: 'no_libraries',
      message: expect.stringMatching(/no-such-library-1\.0|pkg-config/),
      hint: expect.stringMatching(/apt-get install libnone-dev none-tools.*SWARM_INGRESS/),
    });
  await rm(folder, { recursive: true });
});
