/**
 * `node scripts/release/image.ts TARBALLS [flags]`: builds the container image from the npm
 * packages that `pack.ts` wrote to the folder TARBALLS. A pushed image has provenance.
 *
 *     --target linux-x64-gnu   of the image; may be repeated (default: this host)
 *     --tag NAME               may be repeated (default: livekit-swarm:VERSION)
 *     --base IMAGE             instead of the one in the Dockerfile: a mirror, a digest
 *     --context DIR            where the context is prepared (default: dist/image)
 *     --push                   builds all targets as one image (docker buildx), and pushes it
 *     --context-only           does not build
 */
import { execFile, spawn } from 'node:child_process';
import { chmod, cp, mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { targetName, thisTarget } from '@livekit-swarm/webrtc';
import { installTree, type TreeTarget, tarballsIn, treeTarget } from './install-tree.ts';
import { readDescription, root } from './packages.ts';

/** Names of architectures in OCI. */
const ARCHITECTURES: Record<TreeTarget, string> = {
  'linux-x64-gnu': 'amd64',
  'linux-arm64-gnu': 'arm64',
};
const FOLDER = join(root, 'packaging', 'image');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    target: { type: 'string', multiple: true, default: [targetName(thisTarget())] },
    tag: { type: 'string', multiple: true },
    base: { type: 'string' },
    context: { type: 'string', default: join(root, 'dist', 'image') },
    push: { type: 'boolean', default: false },
    'context-only': { type: 'boolean', default: false },
  },
});
const [folder = join(root, 'dist', 'tarballs')] = positionals;
const context = resolve(values.context);
const targets = values.target.map(treeTarget);
const { version } = await readDescription('packages/cli');

const git = async (...args: string[]): Promise<string> =>
  (await promisify(execFile)('git', args, { cwd: root })).stdout.trim();

const prepare = async (): Promise<void> => {
  const tarballs = await tarballsIn(folder);
  await rm(context, { recursive: true, force: true });
  await mkdir(join(context, 'folders', 'work'), { recursive: true });
  await chmod(join(context, 'folders', 'work'), 0o1777);
  await cp(join(FOLDER, 'Dockerfile'), join(context, 'Dockerfile'));
  for (const target of targets)
    await installTree(join(context, ARCHITECTURES[target]), tarballs, target);
};

const build = async (): Promise<number> => {
  const platforms = targets.map((target) => ARCHITECTURES[target]);
  if (platforms.length > 1 && !values.push)
    throw new Error('Docker keeps images of one architecture: give one --target, or --push');
  const args = {
    VERSION: version,
    REVISION: await git('rev-parse', 'HEAD'),
    // Time of the commit, so that a second build is identical.
    CREATED: await git('show', '--no-patch', '--format=%cI', 'HEAD'),
    ...(values.base !== undefined && { BASE_IMAGE: values.base }),
    ...(!values.push && { TARGETARCH: platforms[0] ?? '' }),
  };
  const command = values.push
    ? [
        ...['buildx', 'build', '--push', '--provenance=mode=max', '--sbom=true'],
        `--platform=${platforms.map((name) => `linux/${name}`).join(',')}`,
      ]
    : ['build'];
  const flags = [
    ...Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    ...(values.tag ?? [`livekit-swarm:${version}`]).flatMap((tag) => ['--tag', tag]),
  ];
  const docker = spawn('docker', [...command, ...flags, context], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((done, failed) => {
    docker.once('error', failed);
    docker.once('close', (code) => done(code ?? 1));
  });
};

await prepare();
process.stderr.write(`context: ${context}\n`);
if (!values['context-only']) process.exitCode = await build();
