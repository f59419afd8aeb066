import { basename, join, resolve } from 'node:path';
import type { Storage } from './storage.ts';

/** Files below a folder of this host. */
export const folderStorage = (place: string): Storage => {
  const folder = resolve(place);
  return {
    open: (name) => {
      const path = resolve(folder, name.replace(/^\/+/, ''));
      // A service that leads elsewhere would have other files read.
      const isBelow = path.startsWith(`${folder}/`);
      return Promise.resolve({
        path: isBelow ? path : join(folder, basename(name)),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      });
    },
    // Egress may create it.
    expectAccess: () => Promise.resolve(),
  };
};
