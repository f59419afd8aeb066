import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { SetupError } from '../../packages/cli/launch/log.mjs';
import {
  installCommands,
  systemName,
  thisHost,
} from '../../packages/host/src/install-commands.mjs';
import { findTool } from './find-tool.mjs';

/** @import { Tool } from '../../packages/host/src/install-commands.mjs' */

/** Command that builds and runs the container image: it needs Docker alone. */
const DOCKER_PATH = 'docker build -t livekit-swarm . && docker run --rm livekit-swarm';

/**
 * Checks that the tools for the missing parts are here, before the first of them is begun.
 * @param {{ engine: boolean, servers: readonly string[] }} parts `engine`: true if it has to be
 * compiled; `servers`: versions of livekit-server that are needed
 * @throws SetupError that names all missing tools and the commands that install them
 */
export const expectTools = async ({ engine, servers }) => {
  if (engine && process.platform !== 'linux' && process.platform !== 'darwin')
    throw new SetupError(
      `the media engine does not run on ${process.platform}`,
      'use Linux or macOS',
    );
  /** @type {{ tool: Tool, name: string, reason: string }[]} */
  const missing = [];
  const buildsEngine = 'to compile the media engine';
  if (engine && (await findTool('cargo')) === null)
    missing.push({ tool: 'rust', name: 'Rust (cargo)', reason: buildsEngine });
  if (engine && (await findCompiler()) === null)
    missing.push({ tool: 'c', name: 'a C compiler (cc, gcc, clang)', reason: buildsEngine });
  const goIsMissing = (await needsGo(servers)) && (await findTool('go')) === null;
  if (goIsMissing) missing.push({ tool: 'go', name: 'Go', reason: 'to compile livekit-server' });
  if (missing.length === 0) return;

  const tools = missing.map(({ tool }) => tool);
  // The installers of Rust and Go are fetched with it.
  if ((tools.includes('rust') || tools.includes('go')) && (await findTool('curl')) === null)
    tools.push('curl');
  // Packages come first.
  const order = /** @type {const} */ (['c', 'curl', 'rust', 'go']);
  const host = thisHost();
  const commands = installCommands(
    order.filter((tool) => tools.includes(tool)),
    host,
  );
  throw new SetupError(
    `missing on this host:\n${missing.map(({ name, reason }) => `  ${name}, ${reason}`).join('\n')}`,
    [
      `install it (${systemName(host)}), and start again:`,
      ...commands.map((command) => `  ${command}`),
      'Or, with Docker alone:',
      `  ${DOCKER_PATH}`,
      ...(goIsMissing
        ? [
            'Go is not needed with your own livekit-server: set SWARM_LIVEKIT_SERVER to its path, or give the --url of a deployment.',
          ]
        : []),
    ].join('\n'),
  );
};

const findCompiler = () =>
  findTool(...(process.env.CC ? [process.env.CC] : []), 'cc', 'gcc', 'clang');

/**
 * Returns true when one of the servers has to be compiled. A livekit-server that is on PATH, but of
 * another version, counts as the right one here; packages/lab looks at it more closely.
 * @param {readonly string[]} versions
 */
const needsGo = async (versions) => {
  if (versions.length === 0 || process.env.SWARM_LIVEKIT_SERVER) return false;
  if ((await findTool('livekit-server')) !== null) return false;
  const found = await Promise.all(versions.map(isCached));
  return found.includes(false);
};

/** @param {string} version */
const isCached = (version) => {
  const base = process.env.XDG_CACHE_HOME;
  const cache = base !== undefined && isAbsolute(base) ? base : join(homedir(), '.cache');
  const folder = `${version}-${process.platform}-${process.arch}`;
  return access(join(cache, 'livekit-swarm', 'livekit-server', folder, 'livekit-server')).then(
    () => true,
    () => false,
  );
};
