import { readdir, readFile, readlink } from 'node:fs/promises';

const LISTEN = '0A';

/**
 * Returns true if a process listens at a TCP port; false also where that cannot be seen (no `/proc`,
 * or the process of another user).
 */
export const listens = async (pid: number): Promise<boolean> => {
  try {
    const table = await readFile(`/proc/${pid}/net/tcp`, 'utf8');
    const links = await Promise.all(
      (await readdir(`/proc/${pid}/fd`)).map((fd) =>
        // A descriptor may be closed meanwhile.
        readlink(`/proc/${pid}/fd/${fd}`).catch(() => ''),
      ),
    );
    const sockets = new Set(links.map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1]));
    return table.split('\n').some((line) => {
      const columns = line.trim().split(/\s+/);
      return columns[3] === LISTEN && sockets.has(columns[9]);
    });
  } catch {
    return false;
  }
};
