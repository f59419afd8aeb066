import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from '@livekit-swarm/host';

/**
 * Writes files by path into a folder, and replaces existing ones.
 * @throws the error of the file system
 */
export const writeFiles = async (
  folder: string,
  files: Readonly<Record<string, string>>,
): Promise<void> => {
  for (const [path, content] of Object.entries(files)) {
    const target = join(folder, path);
    makeFolder(dirname(target));
    await writeFile(target, content);
  }
};
