/**
 * `node scripts/release/build-native.ts TARGET…`: compiles the media engine for these targets
 * (`linux-arm64-musl`, …). On Linux with cargo-zigbuild, whose C compiler and libraries are for all
 * of them, and for a glibc as old as that of the Node that npm installs; on macOS with cargo.
 */
import { spawnSync } from 'node:child_process';
import { crateFolder, findTarget, RUST_TARGETS, type TargetName, targetOf } from './targets.ts';

/** Oldest glibc of Node 24 (nodejs/node, BUILDING.md, "Platform list"). */
const OLDEST_GLIBC = '2.28';

const commandFor = (name: TargetName): { args: string[]; env: Record<string, string> } => {
  const { platform, libc } = targetOf(name);
  const rust = RUST_TARGETS[name];
  const programs = platform === 'linux' ? ['--bin', 'swarm-impair'] : [];
  const flags = ['--release', '--locked', '--lib', ...programs, '--target'];
  return {
    args: [
      platform === 'linux' ? 'zigbuild' : 'build',
      ...flags,
      libc === 'glibc' ? `${rust}.${OLDEST_GLIBC}` : rust,
    ],
    // An addon is a shared library, which needs the C library of its Node.
    env: libc === 'musl' ? { RUSTFLAGS: '-C target-feature=-crt-static' } : {},
  };
};

for (const name of process.argv.slice(2).map(findTarget)) {
  const { args, env } = commandFor(name);
  process.stderr.write(`${name}: cargo ${args.join(' ')}\n`);
  const options = { cwd: crateFolder, env: { ...process.env, ...env }, stdio: 'inherit' } as const;
  const { status, error } = spawnSync('cargo', args, options);
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
