import { engineProfile } from '@livekit-swarm/webrtc';

/**
 * Refuses to measure a development build: figures of this project are those of a release.
 * @throws Error that names the command which compiles the other engine
 */
export const expectReleaseEngine = (): void => {
  const profile = engineProfile();
  if (profile !== 'release')
    throw new Error(
      `the media engine here is ${profile === null ? 'compiled from older sources' : `a development build (profile ${profile})`}: "npm run bench" and "node scripts/run.mjs bench/…" compile that of a release`,
    );
};
