import { homedir } from 'node:os';
import { join } from 'node:path';
import { findGo, findProgram, goHint } from '@livekit-swarm/lab';
import { type Finding, missing, ok, warn } from './finding.ts';
import { firstLine, runCaptured } from './program-output.ts';

const OLDEST = { node: 24, rust: [1, 88], go: [1, 26] } as const;

/** Node 24, Rust, a C compiler and Go. Rust and C are needed to build the media engine, Go to build livekit-server: not where both are built already. */
export const checkToolchains = (built: { engine: boolean; server: boolean }): Promise<Finding[]> =>
  Promise.all([
    lookAtNode(),
    lookAtRust(built.engine),
    lookAtCompiler(built.engine),
    lookAtGo(built.server),
  ]);

const lookAtNode = async (): Promise<Finding> => {
  const found = `${process.version} at ${process.execPath}`;
  return Number.parseInt(process.versions.node, 10) >= OLDEST.node
    ? ok('Node', found)
    : missing('Node', found, `run "npm ci": it installs the pinned Node ${OLDEST.node}`);
};

const lookAtRust = async (built: boolean): Promise<Finding> => {
  const absent = built ? warn : missing;
  const cargo = await findProgram('cargo', process.env, [join(homedir(), '.cargo', 'bin')]);
  const said = cargo === null ? '' : firstLine((await runCaptured(cargo, ['--version'])).stdout);
  if (cargo === null || said === '')
    return absent(
      'Rust',
      'no cargo',
      "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y",
    );
  return isAtLeast(said, OLDEST.rust)
    ? ok('Rust', said)
    : absent('Rust', `${said}, older than ${OLDEST.rust.join('.')}`, 'rustup update stable');
};

const lookAtCompiler = async (built: boolean): Promise<Finding> => {
  for (const name of [process.env.CC ?? '', 'cc', 'gcc', 'clang'].filter(Boolean)) {
    const path = await findProgram(name);
    if (path !== null)
      return ok(
        'C compiler',
        `${firstLine((await runCaptured(path, ['--version'])).stdout)} at ${path}`,
      );
  }
  const how =
    process.platform === 'darwin'
      ? 'xcode-select --install'
      : 'sudo apt-get install build-essential';
  return (built ? warn : missing)('C compiler', 'none (cc, gcc, clang)', how);
};

const lookAtGo = async (built: boolean): Promise<Finding> => {
  // Without a server to run there is still --url.
  const hint = goHint({ name: 'livekit-server', pathVariable: 'SWARM_LIVEKIT_SERVER' });
  const go = await findGo();
  if (go === null) return (built ? warn : missing)('Go', 'none', hint);
  if (isAtLeast(go.version, OLDEST.go)) return ok('Go', `${go.version} at ${go.path}`);
  return warn(
    'Go',
    `${go.version} at ${go.path}, older than ${OLDEST.go.join('.')}: it may fetch a newer one on its own`,
    hint,
  );
};

/** @param text holds a version, as `cargo 1.95.0 (…)`. */
export const isAtLeast = (text: string, [major, minor]: readonly [number, number]): boolean => {
  const version = /(\d+)\.(\d+)/.exec(text);
  if (version === null) return false;
  const [, foundMajor, foundMinor] = version.map(Number);
  return (
    Number(foundMajor) > major || (Number(foundMajor) === major && Number(foundMinor) >= minor)
  );
};
