import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';

/** A file of egress on this host, until it is disposed of. */
export interface OpenFile extends AsyncDisposable {
  path: string;
}

/**
 * Finds a file of egress below a folder, or loads it from below an http address.
 * @param name as egress reports it
 * @throws Error when it cannot be loaded; a file that is not there is none
 */
export const openFile = async (
  store: string,
  name: string,
  signal: AbortSignal,
): Promise<OpenFile> => {
  if (/^https?:\/\//.test(store)) return await download(store, name, signal);
  const folder = resolve(store);
  const path = resolve(folder, name.replace(/^\/+/, ''));
  // A service that leads elsewhere would have other files read.
  const isBelow = path.startsWith(`${folder}/`);
  return {
    path: isBelow ? path : join(folder, basename(name)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
};

const download = async (store: string, name: string, signal: AbortSignal): Promise<OpenFile> => {
  const base = new URL(store.endsWith('/') ? store : `${store}/`);
  const address = new URL(
    name.split('/').map(encodeURIComponent).join('/').replace(/^\/+/, ''),
    base,
  );
  // A redirect may lead to a host that the user did not name.
  const response = await fetch(address, { signal, redirect: 'error' });
  if (!response.ok && response.status !== 404 && response.status !== 403) {
    await response.body?.cancel();
    throw new Error(`${address.href}: HTTP ${response.status}`);
  }
  const folder = await mkdtemp(join(tmpdir(), 'swarm-recording-'));
  const path = join(folder, basename(name));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    if (response.ok && response.body !== null)
      await pipeline(Readable.fromWeb(response.body as ReadableStream), createWriteStream(path), {
        signal,
      });
    else await response.body?.cancel();
  } catch (error) {
    await remove();
    throw error;
  }
  return { path, [Symbol.asyncDispose]: remove };
};
