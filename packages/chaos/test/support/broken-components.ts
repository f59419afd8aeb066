import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Platform } from '../../src/targets/platform.ts';
import { processState } from '../../src/targets/process/inspect.ts';

const exec = promisify(execFile);

/** What a user of the deployment would notice of a fault: what does not run, is stopped, is limited, or whose packets are affected. */
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
