import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const exec = promisify(execFile);

/**
 * Effects of an injection on this host: tables, rules of iptables, programs, cgroups. Found by its
 * id, because other drills may run.
 */
export const leftoversOf = async (id: string): Promise<string[]> => {
  // Programs come first, because the search for cgroups has the id among its own arguments.
  const programs = await commandLines();
  const [tables, rules, groups] = await Promise.all([
    exec('nft', ['list', 'tables']).then(({ stdout }) => stdout.split('\n')),
    exec('iptables-save').then(
      ({ stdout }) => stdout.split('\n'),
      () => [],
    ),
    exec('find', ['/sys/fs/cgroup', '-type', 'd', '-name', `*${id}*`]).then(
      ({ stdout }) => stdout.split('\n'),
      () => [],
    ),
  ]);
  return [...tables, ...rules, ...programs, ...groups].filter((line) => line.includes(id));
};

/** Command lines of programs that are not zombies. */
const commandLines = async (): Promise<string[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.map((line) => line.replaceAll('\0', ' '));
};
