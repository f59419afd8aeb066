import { basename } from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { privateFolder } from './private-folder.ts';
import type { Storage } from './storage.ts';

/** Files below an http address. */
export const httpStorage = (place: string): Storage => {
  const base = new URL(place.endsWith('/') ? place : `${place}/`);
  return {
    open: async (name, signal) => {
      const path = name.split('/').map(encodeURIComponent).join('/').replace(/^\/+/, '');
      const address = new URL(path, base);
      // A redirect may lead to a host that the user did not name.
      const { ok, status, body, headers } = await fetch(address, { signal, redirect: 'error' });
      // Buckets answer 403 for a file that is not there.
      const isThere = ok && body !== null;
      if (!isThere) await body?.cancel();
      if (!ok && status !== 404 && status !== 403)
        throw new Error(`${address.href}: HTTP ${status}`);
      const folder = await privateFolder();
      const dispose = async (): Promise<void> => folder[Symbol.asyncDispose]();
      try {
        if (isThere) {
          const length = headers.get('content-length');
          const bytes = length === null || headers.has('content-encoding') ? null : Number(length);
          const stream = Readable.fromWeb(body as ReadableStream);
          await folder.save(basename(name), stream, bytes, signal);
        }
      } catch (error) {
        await dispose();
        throw error;
      }
      return { path: folder.pathOf(basename(name)), [Symbol.asyncDispose]: dispose };
    },
    // An address of a folder seldom answers.
    expectAccess: () => Promise.resolve(),
  };
};
