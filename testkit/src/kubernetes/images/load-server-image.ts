import { join } from 'node:path';
import { type LiveKitVersion, provisionLiveKit } from '@livekit-swarm/lab';
import type { KubernetesCluster } from '../cluster.ts';
import { writeImageArchive } from './image-archive.ts';
import { liveKitImage } from './lab-images.ts';

/**
 * Loads the image of a livekit-server of this version, whatever server the environment names.
 * @param dir folder for its archive
 * @throws SwarmError errors of `provisionLiveKit`; `no_image`
 */
export const loadServerImage = async (
  cluster: KubernetesCluster,
  version: LiveKitVersion,
  dir: string,
): Promise<void> => {
  const archive = join(dir, 'server-image.tar');
  const env = { ...process.env, SWARM_LIVEKIT_SERVER: '' };
  await writeImageArchive(await liveKitImage(await provisionLiveKit({ version, env })), archive);
  await cluster.loadImage(archive);
};
