import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab/choices';
import { EXIT_CODES, type ExitCode } from '@livekit-swarm/settings/errors';
import { engineVersion } from '@livekit-swarm/webrtc';
import { type Console, write } from '../console.ts';
import { VERSION } from '../version.ts';

export interface VersionFlags {
  json?: boolean;
}

/** `swarm version`: prints the version; with `--json`, also the versions of its parts. */
export const versionCommand = async (
  { json }: VersionFlags,
  { stdout }: Console,
): Promise<ExitCode> => {
  await write(stdout, json === true ? `${JSON.stringify(versions(), null, 2)}\n` : `${VERSION}\n`);
  return EXIT_CODES.passed.code;
};

/** Versions of the program and its parts. Null: the media engine is not installed here. */
const versions = (): Record<string, string | null> => ({
  version: VERSION,
  mediaEngine: engineVersion(),
  node: process.versions.node,
  livekitServer: DEFAULT_LIVEKIT_VERSION,
});
