/**
 * Random SIGKILLs of every kind of process of swarm, at random times and at failpoints, with a
 * check for leftovers.
 */
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { DescribedFault } from '@livekit-swarm/chaos';
import { FAULTS } from '@livekit-swarm/chaos/faults';
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab/choices';
import { recordLines } from '@livekit-swarm/record';
import { randomStream } from '@livekit-swarm/scenario';
import { allProcesses, descendantsOf, startTracked, type Tracked } from './processes.ts';

const exec = promisify(execFile);

/**
 * Kinds of killed processes. `injection`: the controller of one fault without load, for every fault
 * of the process platform.
 */
export const KILLED = ['cli', 'worker', 'supervisor', 'drill', 'injection', 'exporter'] as const;
type Killed = (typeof KILLED)[number];

export interface KillCounts {
  kills: Record<Killed, number>;
  /** Processes that outlived their parent. */
  orphans: string[];
  /** Runs that ended on their own, without a record. */
  lostRecords: string[];
  /** Records and journal entries that cannot be read. */
  unreadable: string[];
  /**
   * Faults and automatic rollbacks that "swarm chaos rollback" did not remove, and components that
   * are unhealthy after it.
   */
  leftovers: string[];
}

export interface RandomKillsOptions {
  count: number;
  /** Seed of the random choices; times also depend on the host. */
  seed: number;
  /** Kinds to kill. Default: all. */
  only?: readonly Killed[];
  onKill?(text: string): void;
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const MAIN = join(ROOT, 'packages/cli/src/main.ts');
const INJECTOR = join(ROOT, 'packages/chaos/test/fixtures/injector.ts');

/** Components for each kind; the lab has no TURN server, no workers of agents and none of egress. */
const COMPONENTS: Record<DescribedFault['targets'][number], readonly string[]> = {
  node: ['node-1', 'node-2'],
  redis: ['redis'],
  sentinel: ['sentinel-1'],
  'load-balancer': ['haproxy'],
  turn: ['turn'],
  'agent-worker': ['agent-worker-1'],
  egress: ['egress-1'],
};

/** Faults that leave nothing to roll back in the lab of this test, which has no TLS. */
const WITHOUT_ROLLBACK = new Set([
  'kill-agent-job',
  'redis-flush',
  'redis-failover',
  'redis-isolation',
  'redis-restore',
  'add-node',
  'change-dns',
  'change-keys',
  'load-balancer-reload',
  'renew-certificate',
  'certificate-expiry',
  'drain',
  'clock-skew',
]);

interface Injected {
  fault: string;
  components: readonly string[];
  params: Readonly<Record<string, unknown>>;
}

const VARIATIONS: Partial<Record<string, Injected['params']>> = {
  restart: { down: '500ms' },
  'packet-loss': { loss: '20%', burst: 3 },
};

/** Every fault with its example, and parameters with another mechanism or a longer injection. */
const INJECTED: readonly Injected[] = [...FAULTS.values()]
  .filter(({ name }) => !WITHOUT_ROLLBACK.has(name))
  .flatMap(({ name, targets: [kind = 'node'], example }): Injected[] => {
    const one = { fault: name, components: COMPONENTS[kind], params: example };
    const variation = VARIATIONS[name];
    return variation === undefined ? [one] : [one, { ...one, params: variation }];
  });

/** Failpoints in the path of an injection and its rollback. */
const FAILPOINTS = [
  'expiry.armed',
  'replace_file.written',
  'replace_file.renamed',
  'journal.written',
  'fault.injected',
  'rollback.begin',
  'rollback.done',
  'expiry.disarmed',
] as const;

/** Kills processes of one running lab, and checks for leftovers after every kill. */
export const randomKills = async ({
  count,
  seed,
  only = KILLED,
  onKill = () => {},
}: RandomKillsOptions): Promise<KillCounts> => {
  const dir = mkdtempSync(join(tmpdir(), 'swarm-kills-'));
  const env = environment(dir);
  const random = randomStream(seed, 'kills');
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const counts: KillCounts = {
    kills: { cli: 0, worker: 0, supervisor: 0, drill: 0, injection: 0, exporter: 0 },
    ...{ orphans: [], lostRecords: [], unreadable: [], leftovers: [] },
  };
  const swarm = async (...args: string[]): Promise<string> =>
    (await exec(process.execPath, [MAIN, ...args], { env, timeout: 120_000 })).stdout;
  try {
    await swarm('lab', 'up', '--name', 'kills', '--nodes', '2', '--with', 'haproxy');
    const lab = readLab(env, 'kills');
    for (let number = 0; number < count; number++) {
      const killed = pick(only);
      const where = join(dir, `kill-${number}`);
      const context: KillContext = { env, random, pick, dir: where, lab, swarm, counts };
      const text = await KILLERS[killed](context);
      counts.kills[killed]++;
      onKill(`${number + 1}/${count} ${killed}: ${text}`);
    }
    await swarm('lab', 'down', '--name', 'kills');
  } finally {
    await exec(process.execPath, [MAIN, 'chaos', 'rollback', '--force'], { env }).catch(() => {});
    for (const name of readdirSync(labsOf(env)))
      await exec(process.execPath, [MAIN, 'lab', 'down', '--name', name], { env }).catch(() => {});
    rmSync(dir, { recursive: true, force: true });
  }
  return counts;
};

interface KillContext {
  env: NodeJS.ProcessEnv;
  random(): number;
  pick<T>(list: readonly T[]): T;
  dir: string;
  lab: Lab;
  swarm(...args: string[]): Promise<string>;
  counts: KillCounts;
}

type Kill = (context: KillContext) => Promise<string>;

const killRun =
  (whose: 'cli' | 'worker'): Kill =>
  async ({ env, random, pick, dir, lab, counts }) => {
    const load = ['--rooms', '2', '--participants', '2', '--duration', '3s', '--processes', '2'];
    const run = startTracked(
      [process.execPath, MAIN, ...load, '--url', lab.url, '--record', dir, '--quiet'],
      { ...env, ...lab.keys, LIVEKIT_URL: lab.url },
    );
    let after = `${Math.round(random() * 7_000)} ms`;
    let mustHaveRecord = false;
    if (whose === 'cli') {
      await sleep(Number.parseInt(after, 10));
      run.child.kill('SIGKILL');
    } else {
      const workers = (): number[] =>
        run
          .running()
          // A worker sets its title once it has started.
          .filter(({ command }) => /worker\.ts|swarm process/.test(command))
          .map(({ pid }) => pid);
      await until(() => workers().length > 0 || run.child.exitCode !== null, 20_000);
      after = `${Math.round(random() * 3_000)} ms after the first worker`;
      await sleep(Number.parseInt(after, 10));
      const found = workers();
      // Before that, the run ends with an error, because no worker could be started.
      mustHaveRecord = hasBegun(join(dir, 'record.ndjson'));
      if (found.length > 0) process.kill(pick(found), 'SIGKILL');
      after += `, ${found.length} workers`;
    }
    const exit = await run.ended;
    await lookAtProcesses(run, `${whose} after ${after}`, counts);
    await lookAtRecords(dir, mustHaveRecord ? `${whose} after ${after} (${exit})` : null, counts);
    return `${after}, exit ${exit}`;
  };

const KILLERS: Record<Killed, Kill> = {
  cli: killRun('cli'),
  worker: killRun('worker'),
  supervisor: async ({ env, random, swarm, counts, dir }) => {
    const name = `own-${dir.split('-').at(-1)}`;
    const afterMs = Math.round(random() * 2_000);
    const up = startTracked(
      [process.execPath, MAIN, 'lab', 'up', '--name', name, '--nodes', '1'],
      env,
    );
    await up.ended;
    const { supervisor } = readLab(env, name);
    const programs = descendantsOf(supervisor);
    await sleep(afterMs);
    process.kill(supervisor, 'SIGKILL');
    const left = () =>
      allProcesses().filter(({ pid, startedAt }) =>
        programs.some((one) => one.pid === pid && one.startedAt === startedAt),
      );
    await until(() => left().length === 0, 10_000);
    counts.orphans.push(...left().map(({ command }) => `supervisor: ${command}`));
    await swarm('lab', 'down', '--name', name);
    return `${afterMs} ms after it was up, ${programs.length} processes`;
  },
  exporter: async ({ env, random, dir, lab, counts }) => {
    mkdirSync(dir, { recursive: true });
    const afterMs = Math.round(random() * 4_000);
    const exporter = startTracked([process.execPath, MAIN, 'exporter', '--listen', '127.0.0.1:0'], {
      ...env,
      ...lab.keys,
      LIVEKIT_URL: lab.url,
    });
    await sleep(afterMs);
    exporter.child.kill('SIGKILL');
    const exit = await exporter.ended;
    await lookAtProcesses(exporter, `exporter after ${afterMs} ms`, counts);
    return `${afterMs} ms, exit ${exit}`;
  },
  drill: (context) => killDrill(context),
  injection: (context) => killInjection(context),
};

/** Kills a whole drill with load. */
const killDrill: Kill = async (context) => {
  const { env, random, pick, dir, counts } = context;
  const [fault, target] = pick([
    ['hang', 'room-node'],
    ['blackhole', 'room-node'],
    ['kill', 'room-node'],
    ['delay', 'room-node'],
  ]);
  mkdirSync(dir, { recursive: true });
  const file = join(dir, 'drill.yaml');
  const params = fault === 'delay' ? ', with: { delay: 50ms }' : '';
  writeFileSync(
    file,
    `drill: kills
load: { rooms: 1, participants: 2, joinRate: 20/s }
steadyState: { within: 3s, for: 1s }
faults: [{ fault: ${fault}, target: ${target}, for: 2s${params} }]
recovery: 5s
`,
  );
  const record = join(dir, 'record');
  const args = ['chaos', 'run', file, '--lab', 'kills', '--record', record, '--quiet'];
  const drill = startTracked([process.execPath, MAIN, ...args], env);
  await until(() => existsSync(join(record, 'record.ndjson')), 30_000);
  const afterMs = Math.round(random() * 10_000);
  await sleep(afterMs);
  drill.child.kill('SIGKILL');
  const exit = await drill.ended;
  if (exit === 1 || exit === 2) throw new Error(`the drill did not start: ${drill.output()}`);
  const what = `${fault} in a drill, ${afterMs} ms after its record`;
  await lookAtProcesses(drill, what, counts);
  await lookAtRecords(record, null, counts);
  await rollBack(context, what);
  return `${what}, exit ${exit}`;
};

/** Kills the injection of one fault, without load. */
const killInjection: Kill = async (context) => {
  const { env, random, pick, counts, dir } = context;
  const { fault, components, params } = pick(INJECTED);
  const component = pick(components);
  const point = random() < 0.6 ? pick(FAILPOINTS) : null;
  const rollbackMs = Math.round(random() * 300);
  const journal = journalOf(env);
  mkdirSync(dir, { recursive: true });
  const argv = [INJECTOR, 'kills', journal, fault, JSON.stringify(params), component, '60000'];
  const injector = startTracked([process.execPath, ...argv, String(rollbackMs)], {
    ...env,
    ...(point === null ? {} : { SWARM_FAILPOINTS: `${point}=kill` }),
  });
  let what = `${fault} at ${point}`;
  if (point === null) {
    const afterMs = Math.round(400 + random() * 1_200);
    what = `${fault} after ${afterMs} ms`;
    await Promise.race([sleep(afterMs), injector.ended]);
    injector.child.kill('SIGKILL');
  }
  const exit = await injector.ended;
  if (typeof exit === 'number' && exit !== 0)
    counts.leftovers.push(`${what}: the injection failed: ${injector.output().slice(-300)}`);
  await rollBack(context, what);
  await lookAtProcesses(injector, what, counts);
  return `${what}, exit ${exit}`;
};

/** Rolls back as a user does after a crash, and checks the target. */
const rollBack = async ({ env, swarm, lab, counts }: KillContext, what: string): Promise<void> => {
  await swarm('chaos', 'rollback').catch((error: unknown) => {
    counts.unreadable.push(`${what}: rollback: ${error instanceof Error ? error.message : error}`);
  });
  const look = async (): Promise<string[]> => [
    ...readdirIfThere(journalOf(env))
      .filter((name) => name.endsWith('.json'))
      .map((name) => `journal ${name}`),
    ...(await exec('nft', ['list', 'tables'])).stdout
      .split('\n')
      .filter((line) => line.includes('swarm_chaos_')),
    ...(
      await exec('find', ['/sys/fs/cgroup', '-type', 'd', '-name', 'swarm-chaos-*']).catch(() => ({
        stdout: '',
      }))
    ).stdout
      .split('\n')
      .filter((line) => line !== ''),
    ...allProcesses()
      .filter(
        ({ command }) =>
          /^\S*swarm-impair /.test(command) ||
          // Other runs on this host have their own timers.
          (/^sh -c .*swarm-expiry-/.test(command) && command.includes(env.XDG_STATE_HOME ?? '')),
      )
      .map(({ command }) => command),
    ...unhealthy(lab),
  ];
  const deadline = performance.now() + 10_000;
  let found = await look();
  while (found.length > 0 && performance.now() < deadline) {
    await sleep(250);
    found = await look();
  }
  counts.leftovers.push(...found.map((one) => `${what}: ${one}`));
};

/** Services of the lab that do not run, are stopped or limited. */
const unhealthy = ({ supervisor, services }: Lab): string[] => {
  const programs = descendantsOf(supervisor).filter(({ command }) => isService(command));
  return [
    ...(programs.length < services ? [`${services - programs.length} services do not run`] : []),
    ...programs.filter(({ state }) => state === 'T').map(({ command }) => `stopped: ${command}`),
    ...programs.flatMap(({ pid, command }) => {
      const group = readIfThere(`/proc/${pid}/cgroup`);
      return group.includes('swarm-chaos-') ? [`limited: ${command}`] : [];
    }),
  ];
};

const isService = (command: string): boolean =>
  /^\S*(livekit-server|redis-server|haproxy)\b/.test(command);

const lookAtProcesses = async (run: Tracked, what: string, counts: KillCounts): Promise<void> => {
  const left = await run.orphans(10_000);
  counts.orphans.push(...left.map(({ command }) => `${what}: ${command}`));
  for (const { pid } of left) process.kill(pid, 'SIGKILL');
};

/**
 * @param required what must have left a record; null: it was killed, perhaps before it began one
 */
/** Returns true when a record has its first line. */
const hasBegun = (file: string): boolean => existsSync(file) && statSync(file).size > 0;

const lookAtRecords = async (
  dir: string,
  required: string | null,
  counts: KillCounts,
): Promise<void> => {
  const file = join(dir, 'record.ndjson');
  if (!hasBegun(file)) {
    if (required !== null) counts.lostRecords.push(`${required}: no record`);
    return;
  }
  try {
    for await (const _line of recordLines(file));
  } catch (error) {
    counts.unreadable.push(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
};

interface Lab {
  url: string;
  keys: Record<string, string>;
  supervisor: number;
  services: number;
}

const labsOf = (env: NodeJS.ProcessEnv): string =>
  join(env.XDG_CACHE_HOME ?? '', 'livekit-swarm', 'labs');

const journalOf = (env: NodeJS.ProcessEnv): string =>
  join(env.XDG_STATE_HOME ?? '', 'livekit-swarm', 'chaos', 'journal');

const readLab = (env: NodeJS.ProcessEnv, name: string): Lab => {
  const folder = join(labsOf(env), name);
  const state = JSON.parse(readFileSync(join(folder, 'lab.json'), 'utf8')) as {
    supervisor: { pid: number };
    facts: { url: string };
  };
  const keys = readdirSync(folder).flatMap((file) =>
    [...readIfThere(join(folder, file)).matchAll(/^export (LIVEKIT_API_\w+)=(.+)$/gm)].map(
      ([, key = '', value = '']): [string, string] => [key, value],
    ),
  );
  const supervisor = state.supervisor.pid;
  return {
    ...{ url: state.facts.url, keys: Object.fromEntries(keys), supervisor },
    services: descendantsOf(supervisor).filter(({ command }) => isService(command)).length,
  };
};

/** Environment with a separate cache and state, and the servers of the real cache. */
const environment = (dir: string): NodeJS.ProcessEnv => {
  const servers = join(
    process.env.XDG_CACHE_HOME ?? join(process.env.HOME ?? '', '.cache'),
    'livekit-swarm',
    'livekit-server',
  );
  const [version = ''] = readdirSync(servers).filter((name) =>
    name.startsWith(DEFAULT_LIVEKIT_VERSION),
  );
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(LIVEKIT_|SWARM_|VITEST|GITHUB_)/.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    XDG_CACHE_HOME: dir,
    XDG_STATE_HOME: dir,
    SWARM_LIVEKIT_SERVER:
      process.env.SWARM_LIVEKIT_SERVER ?? join(servers, version, 'livekit-server'),
  };
};

const until = async (done: () => boolean, withinMs: number): Promise<void> => {
  const deadline = performance.now() + withinMs;
  while (!done() && performance.now() < deadline) await sleep(50);
};

const readIfThere = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

const readdirIfThere = (path: string): string[] => (existsSync(path) ? readdirSync(path) : []);
