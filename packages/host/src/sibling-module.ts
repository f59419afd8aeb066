import { extname } from 'node:path';

/**
 * URL of a module with the extension of the module that starts it: `.ts` from sources, `.js` from a
 * build.
 * @param from `import.meta.url` of the calling module
 * @param path path relative to `from`, without extension: `./worker`
 */
export const siblingModule = (from: string, path: string): URL =>
  new URL(`${path}${extname(from)}`, from);
