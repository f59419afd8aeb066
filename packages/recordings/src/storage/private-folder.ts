import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { codeOf, formatNumber } from '@livekit-swarm/settings';

const MEGABYTE = 1_000_000;
/** Space that stays free for other programs, bytes. */
const SPARE_BYTES = 100 * MEGABYTE;

/** Folder of this user alone, for files that are loaded. */
export interface PrivateFolder extends AsyncDisposable {
  /** Path of a file in it; one that would be elsewhere is `file`. */
  pathOf(name: string): string;
  /**
   * Writes a file, of at most this size.
   * @param bytes size that the storage states; null: not known
   * @throws Error when it is larger, or this host has too little space
   */
  save(name: string, body: Readable, bytes: number | null, signal: AbortSignal): Promise<void>;
}

/** Another host, or a container, has other processes, and may share the place of these folders. */
const PREFIX = `swarm-recording-${hostname()}-`;

/** Removes folders of processes that were killed. Those of other users stay. */
const removeAbandoned = async (): Promise<void> => {
  const names = await readdir(tmpdir()).catch(() => []);
  for (const name of names) {
    const owner = name.startsWith(PREFIX) ? /^(\d+)-/.exec(name.slice(PREFIX.length)) : null;
    if (owner !== null && !isRunning(Number(owner[1])))
      await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => {});
  }
};

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
};

export const privateFolder = async (): Promise<PrivateFolder> => {
  await removeAbandoned();
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const pathOf = (name: string): string => {
    const path = resolve(folder, name.replace(/^\/+/, ''));
    return path.startsWith(`${folder}/`) ? path : join(folder, 'file');
  };
  return {
    pathOf,
    save: async (name, body, bytes, signal) => {
      const { bavail, bsize } = await statfs(folder);
      const free = bavail * bsize - SPARE_BYTES;
      const most = Math.min(bytes ?? free, free);
      if (bytes !== null && bytes > free) {
        body.destroy();
        const [needed, there] = [bytes, Math.max(0, free)].map((one) =>
          formatNumber(Math.ceil(one / MEGABYTE)),
        );
        throw new Error(`it has ${needed} MB, and ${tmpdir()} has ${there} MB left (TMPDIR)`);
      }
      const path = pathOf(name);
      await mkdir(dirname(path), { recursive: true });
      await pipeline(body, limitTo(most), createWriteStream(path), { signal });
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
};

const limitTo = (bytes: number): Transform => {
  let passed = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      passed += chunk.length;
      if (passed > bytes)
        done(new Error(`it has more than ${formatNumber(bytes)} bytes: not loaded`));
      else done(null, chunk);
    },
  });
};
