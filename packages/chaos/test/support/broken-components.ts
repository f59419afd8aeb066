import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Platform } from '../../src/targets/platform.ts';
import { processState } from '../../src/targets/process/inspect.ts';

const exec = promisify(execFile);

/**
 * Effects of a fault that a user of the deployment would notice: components that do not run, are
 * stopped or limited, or whose packets are affected.
 */
export const brokenComponents = async (platform: Platform): Promise<string[]> => {
  const broken: string[] = [];
  for (const { name, kind, nodeId, ports } of await platform.components()) {
    const pid = await platform.pid({ name, kind, nodeId, instance: null, ports });
    if (pid === null) {
      broken.push(`${name} does not run`);
      continue;
    }
    const state = processState(pid);
    if (state === 'T' || state === null) broken.push(`${name} is in state ${state}`);
    if (kind === 'node' && nodeId === null) broken.push(`${name} has no node ID`);
    const cgroup = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
    if (cgroup.includes('swarm-chaos')) broken.push(`${name} is in a cgroup of a fault`);
    const { stdout } = await exec('nft', ['list', 'ruleset']);
    const chaos = stdout.split(/^table /m).filter((table) => table.includes('swarm_chaos_'));
    const port = ports?.tcp[0] ?? ports?.udp?.[0];
    if (port !== undefined && chaos.some((table) => table.includes(`${port}`)))
      broken.push(`${name}: packets at port ${port}`);
  }
  return broken;
};

/** The same effects for the units of a test's own SSH host, without a command over SSH. */
export const brokenUnits = async (dir: string): Promise<string[]> => {
  const files = (await readdir(join(dir, 'units'))).filter((name) => name.endsWith('.service.pid'));
  const broken = await Promise.all(
    files.map(async (file) => {
      const pid = Number(await readFile(join(dir, 'units', file), 'utf8'));
      const name = file.slice(0, -'.pid'.length);
      const state = processState(pid);
      if (state === null) return [`${name} does not run`];
      const cgroup = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
      return [
        ...(state === 'T' ? [`${name} is in state T`] : []),
        ...(cgroup.includes('swarm-chaos') ? [`${name} is in a cgroup of a fault`] : []),
      ];
    }),
  );
  return broken.flat();
};
