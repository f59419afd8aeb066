/**
 * `node bench/hosts-versus-host.ts [--rooms 50] [--seconds 20] [--repeats 3]`: the same load from
 * two hosts and from one, in turns, on the same livekit-server. Four network namespaces are the
 * hosts: the deployment with the queue, two agents, and the single host. `swarm compare` reports
 * whether any metric differs. Needs root.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab';
import { serveOn } from '../e2e/support/serve-on.ts';
import { type NamespaceHost, openHosts } from './namespaces.ts';

const PROGRAM = join(import.meta.dirname, '../packages/cli/src/main.ts');
const REDIS_PORT = 6379;
const AGENTS = 2;

const { values } = parseArgs({
  options: {
    rooms: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '20' },
    repeats: { type: 'string', default: '3' },
  },
});
const dir = mkdtempSync(join(tmpdir(), 'swarm-bench-'));

const start = ({ through }: NamespaceHost, args: string[], env: Record<string, string> = {}) => {
  const [program = '', ...rest] = [...through, ...args];
  return spawn(program, rest, {
    cwd: dir,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
};

const swarm = async (
  host: NamespaceHost,
  args: string[],
  env: Record<string, string> = {},
): Promise<number> => {
  const [code] = await once(start(host, [process.execPath, PROGRAM, ...args], env), 'close');
  return Number(code);
};

try {
  await using network = await openHosts(AGENTS + 2);
  const [deployment, single, ...hosts] = network.hosts;
  if (deployment === undefined || single === undefined) throw new RangeError('too few hosts');
  const served = await serveOn(
    { ...deployment, name: 'deployment', through: ['ip', ...deployment.through.slice(1)] },
    DEFAULT_LIVEKIT_VERSION,
    dir,
  );
  const redis = ['--port', String(REDIS_PORT), '--bind', deployment.address, '--save', ''];
  const password = randomBytes(16).toString('hex');
  start(deployment, ['redis-server', ...redis, '--requirepass', password, '--loglevel', 'warning']);
  const queue = {
    SWARM_QUEUE: `redis://:${password}@${deployment.address}:${REDIS_PORT}`,
    SWARM_QUEUE_KEY: randomBytes(32).toString('base64'),
  };
  await sleep(1_000);
  for (const host of hosts) start(host, [process.execPath, PROGRAM, 'host'], queue);
  const target = {
    ...{ LIVEKIT_URL: served.url, LIVEKIT_API_KEY: served.apiKey },
    LIVEKIT_API_SECRET: served.apiSecret,
  };
  const load = ['--rooms', values.rooms, '--duration', `${values.seconds}s`, '--quiet'];
  const runs: Record<'one' | 'two', string[]> = { one: [], two: [] };
  for (let repeat = 0; repeat < Number(values.repeats); repeat++)
    for (const side of ['one', 'two'] as const) {
      const record = join(dir, `${side}-${repeat}`);
      runs[side].push(record);
      const shared = [...load, '--processes', String(AGENTS), '--record', record];
      const code =
        side === 'one'
          ? await swarm(single, shared, target)
          : await swarm(deployment, [...shared, '--hosts', String(AGENTS)], {
              ...{ ...target, ...queue },
            });
      console.log(`${side} host${side === 'one' ? '' : 's'}, run ${repeat + 1}: exit ${code}`);
    }
  process.exitCode = await swarm(deployment, ['compare', runs.one.join(','), runs.two.join(',')]);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
