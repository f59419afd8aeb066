import { LabError } from '../lab-error.ts';
import { DEFAULT_LIVEKIT_VERSION, LIVEKIT_VERSIONS, type LiveKitVersion } from '../versions.ts';
import { buildServer } from './build-server.ts';
import { type Absent, fromCache, fromExplicitPath, fromPath, isFound, type ServerBinary } from './sources.ts';

export type { ServerBinary, SourceName } from './sources.ts';

export interface ProvisionOptions {
  /** Default 1.13.4. */
  version?: LiveKitVersion;
  /** A binary to use whatever its version. Default: SWARM_LIVEKIT_SERVER. */
  serverPath?: string;
  env?: NodeJS.ProcessEnv;
  /** Told what is being built, how far it is and how long it took; nothing when there is nothing to do. */
  onProgress?: (line: string) => void;
  /** Ends a build. */
  signal?: AbortSignal;
}

/**
 * A livekit-server, from the first of: an explicit path, PATH, the cache, a pinned Go build (docs/adr/0001).
 *
 * Throws a LabError: `no-server` for an explicit path that is none; `no-go`, `old-go`, `build-failed` from the build.
 */
export const provisionLiveKit = async (options: ProvisionOptions = {}): Promise<ServerBinary> => {
  const { version = DEFAULT_LIVEKIT_VERSION, env = process.env } = options;
  const given = options.serverPath ?? env.SWARM_LIVEKIT_SERVER;
  const explicit = await fromExplicitPath(given);
  if (isFound(explicit)) return explicit;
  if (given !== undefined && given !== '')
    throw new LabError('no-server', explicit.why, 'give the path of a livekit-server binary, or none: then a pinned one is used');
  if (!LIVEKIT_VERSIONS.includes(version))
    throw new LabError(
      'no-server',
      `no livekit-server ${version} is pinned here`,
      `pinned: ${LIVEKIT_VERSIONS.join(', ')}; any other: set SWARM_LIVEKIT_SERVER to its path`,
    );
  const onPath = await fromPath(version, env);
  if (isFound(onPath)) return onPath;
  const cached = await fromCache(version, env);
  if (isFound(cached)) return cached;
  return buildServer(version, { ...options, env });
};

/** Every source that needs no build, found or not: for `swarm doctor`. */
export const lookAtSources = (
  version: LiveKitVersion,
  env: NodeJS.ProcessEnv = process.env,
): Promise<(ServerBinary | Absent)[]> =>
  Promise.all([fromExplicitPath(env.SWARM_LIVEKIT_SERVER), fromPath(version, env), fromCache(version, env)]);
