import { existsSync } from 'node:fs';
import { readdir, realpath, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { requireProgram } from '@livekit-swarm/lab';
import { SwarmError } from '@livekit-swarm/settings';
import { buildImage } from '@livekit-swarm/testkit/docker/build-image';
import type { DockerEngine } from '@livekit-swarm/testkit/docker/docker-engine';
import { librariesOf } from '@livekit-swarm/testkit/docker/libraries';
import { execa } from 'execa';
import { scratch } from './swarm.ts';

/** Programs of a shell script in a Dockerfile. */
const TOOLS = [
  ...['cat', 'chmod', 'cp', 'env', 'find', 'ln', 'ls', 'mkdir', 'mv', 'rm', 'touch', 'uname'],
];

const AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';

/** Variables by which programs in a container trust the authorities of this host. */
const TRUST = {
  SSL_CERT_FILE: AUTHORITIES,
  NODE_EXTRA_CA_CERTS: AUTHORITIES,
  CARGO_HTTP_CAINFO: AUTHORITIES,
  GIT_SSL_CAINFO: AUTHORITIES,
};

const output = async (program: string, ...args: string[]): Promise<string> =>
  (await execa(program, args)).stdout.trim();

/** Files of the C compiler and of the C library that it links with, by path. */
const compilerFiles = async (gcc: string): Promise<Record<string, string>> => {
  const internal = dirname(await output(gcc, '-print-libgcc-file-name'));
  const crt = await output(gcc, '-print-file-name=crt1.o');
  const folder = dirname(crt);
  const names = (await readdir(folder)).filter((name) =>
    /^(?:\w*crt[1in]\.o|lib(?:c|m|mvec|dl|rt|pthread|util|gcc_s|atomic)[.-].*|libc_nonshared\.a)$/.test(
      name,
    ),
  );
  return Object.fromEntries([
    ...[internal, '/usr/include'].map((path) => [path, path]),
    // Scripts of the linker name the folder below /lib, which is the same one on most hosts.
    ...names.flatMap((name) => [
      [join(folder, name), join(folder, name)],
      [join('/lib', basename(folder), name), join(folder, name)],
    ]),
  ]);
};

/**
 * Makes an image with Rust, Go, Node, npm and a C compiler of this host, in the place of the images
 * of a registry.
 * @throws SwarmError `no_program` when this host lacks one of them
 */
export const buildToolchains = async (engine: DockerEngine, name: string): Promise<void> => {
  const gcc = await requireProgram(['gcc'], 'gcc');
  const internals = await Promise.all(
    ['cc1', 'collect2', 'lto-wrapper'].map((program) => output(gcc, `-print-prog-name=${program}`)),
  );
  const go = await output(await requireProgram(['go'], 'Go'), 'env', 'GOROOT');
  const rustc = await requireProgram(['rustc'], 'Rust');
  const rust = await output(rustc, '--print', 'sysroot');
  // Its package is beside the program, whichever Node comes first on the PATH.
  const npm = dirname(dirname(await realpath(await requireProgram(['npm'], 'npm'))));
  if (!existsSync(join(npm, 'bin', 'npm-cli.js')))
    throw new SwarmError('no_program', `there is no npm in ${npm}`, 'install npm');
  const npmProgram = join(scratch(), 'npm');
  await writeFile(npmProgram, `#!/bin/sh\nexec node ${npm}/bin/npm-cli.js "$@"\n`, { mode: 0o755 });
  const programs = ['as', 'ld', 'ar', ...TOOLS].map(
    async (tool): Promise<[string, string]> => [
      `/usr/bin/${tool}`,
      await requireProgram([tool], 'binutils, coreutils, findutils'),
    ],
  );
  const libraries = await Promise.all(
    [...internals, process.execPath, join(rust, 'bin', 'cargo')].map(librariesOf),
  );
  await buildImage(engine, {
    name,
    programs: {
      ...Object.fromEntries(await Promise.all(programs)),
      '/bin/sh': await requireProgram(['dash', 'sh'], 'dash'),
      '/usr/bin/gcc': gcc,
      '/usr/bin/cc': gcc,
      '/usr/bin/node': process.execPath,
    },
    files: {
      ...Object.fromEntries(libraries.flat().map((path) => [path, path])),
      ...(await compilerFiles(gcc)),
      '/usr/local/go': go,
      '/opt/rust/bin': join(rust, 'bin'),
      '/opt/rust/lib': join(rust, 'lib'),
      [npm]: npm,
      '/usr/bin/npm': npmProgram,
      [AUTHORITIES]: AUTHORITIES,
    },
    texts: { '/etc/nsswitch.conf': 'hosts: files dns\n' },
    env: {
      ...TRUST,
      HOME: '/root',
      PATH: '/opt/rust/bin:/usr/local/go/bin:/usr/local/bin:/usr/bin:/bin',
    },
  });
};
