import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { toolEnv } from './paths.mjs';

/**
 * @param {string[]} names
 * @returns {Promise<string | null>} the first of them that PATH (and the usual folders) has.
 */
export const findTool = async (...names) => {
  const folders = (toolEnv().PATH ?? '').split(':');
  for (const name of names)
    for (const path of isAbsolute(name) ? [name] : folders.map((folder) => join(folder, name)))
      if (
        await access(path, constants.X_OK).then(
          () => true,
          () => false,
        )
      )
        return path;
  return null;
};
