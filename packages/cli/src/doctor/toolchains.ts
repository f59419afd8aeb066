import { homedir } from 'node:os';
import { join } from 'node:path';
import { installCommands } from '@livekit-swarm/host';
import { findGo, findProgram, goHint } from '@livekit-swarm/lab';
import { type Finding, missing, ok, warn } from './finding.ts';
import { firstLine, runCaptured } from './program-output.ts';

const OLDEST = { node: 24, rust: [1, 89], go: [1, 26] } as const;

/** A checkout builds what it lacks; an installation has it from npm. */
export type Place = 'checkout' | 'installation';

/**
 * Node 24, Rust, a C compiler and Go. Rust and C are needed to build the media engine, in a checkout, Go to build livekit-server: not where both are
 * there already.
 */
export const checkToolchains = (
  built: { engine: boolean; server: boolean },
  place: Place,
): Promise<Finding[]> =>
  Promise.all([
    lookAtNode(place),
    ...(place === 'checkout' ? [lookAtRust(built.engine), lookAtCompiler(built.engine)] : []),
    ...(place === 'checkout' || !built.server ? [lookAtGo(built.server)] : []),
  ]);

const NODE_HINTS: Record<Place, string> = {
  checkout: `run "npm ci": it installs the pinned Node ${OLDEST.node}`,
  installation: `install Node ${OLDEST.node} or newer from https://nodejs.org/en/download`,
};

const lookAtNode = async (place: Place): Promise<Finding> => {
  const found = `${process.version} at ${process.execPath}`;
  return Number.parseInt(process.versions.node, 10) >= OLDEST.node
    ? ok('Node', found)
    : missing('Node', found, NODE_HINTS[place]);
};

const lookAtRust = async (built: boolean): Promise<Finding> => {
  const absent = built ? warn : missing;
  const cargo = await findProgram('cargo', process.env, [join(homedir(), '.cargo', 'bin')]);
  const said = cargo === null ? '' : firstLine((await runCaptured(cargo, ['--version'])).stdout);
  if (cargo === null || said === '')
    return absent('Rust', 'no cargo', installCommands(['rust']).join('; '));
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
  return (built ? warn : missing)(
    'C compiler',
    'none (cc, gcc, clang)',
    installCommands(['c']).join('; '),
  );
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
