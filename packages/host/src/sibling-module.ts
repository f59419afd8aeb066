import { extname } from 'node:path';

/**
 * The URL of a module by the module that starts it: a source (`.ts`) next to a source, a built one
 * (`.js`) next to a built one.
 * @param from `import.meta.url` of the calling module
 * @param path relative to it, without extension: `./worker`
 */
export const siblingModule = (from: string, path: string): URL =>
  new URL(`${path}${extname(from)}`, from);
