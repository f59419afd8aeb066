import { dirname, isAbsolute, join, resolve } from 'node:path';
import { MediaError, prepareMedia, UnreadableError } from '@livekit-swarm/media';
import { assertReadableFile, type ReadScenarioFile, withOwnMedia } from '@livekit-swarm/scenario';
import { fileProblem, invalidFile } from '@livekit-swarm/settings';

const MEGABYTE = 1_024 * 1_024;

/**
 * A scenario with the media files that it names, prepared: read, checked and packetised. Their paths are relative to the scenario file.
 * @param allowed files and folders besides that of the scenario; `any` where nothing is published
 * @param tell takes a line of progress for each large file
 * @throws SwarmError `invalid_file` when one of them cannot be published
 */
export const prepareOwnMedia = (
  file: ReadScenarioFile,
  allowed: readonly string[] | 'any',
  tell: (line: string) => void,
): ReadScenarioFile => {
  const folder = file.path === '-' ? '.' : dirname(file.path);
  const scenario = withOwnMedia(file.scenario, (path, kind) => {
    const found = isAbsolute(path) ? path : join(folder, path);
    // Published media leaves this host, so the file needs permission. Standard input has no folder.
    const own = file.path === '-' ? [] : [folder];
    if (allowed !== 'any') assertReadableFile(resolve(found), file.path, [...own, ...allowed]);
    try {
      return prepareMedia(found, kind, (bytes) =>
        tell(`preparing ${found} (${Math.round(bytes / MEGABYTE)} MB)`),
      );
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      throw invalidFile([
        fileProblem(found, error.message, error instanceof UnreadableError ? WHERE : CONVERT),
      ]);
    }
  });
  return { ...file, scenario };
};

const WHERE = 'paths of media are relative to the scenario file';
const CONVERT =
  'swarm sends files as they are; ffmpeg converts: ffmpeg -i FILE -c:v libx264 -profile:v baseline -bf 0 -r 30 -g 60 -c:a libopus OUT.mp4';
