import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface HostProcess {
  pid: number;
  parent: number;
  /** Start, clock ticks after the boot: it identifies a process together with the PID. */
  startedAt: string;
  state: string;
  command: string;
}

/** All processes of this host that are not zombies. */
export const allProcesses = (): HostProcess[] =>
  readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const [state = '', parent] = fields;
      if (state === 'Z') return [];
      return {
        ...{ pid: Number(name), parent: Number(parent), startedAt: fields[19] ?? '', state },
        command: readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim(),
      };
    } catch {
      return [];
    }
  });

/** A process and its descendants. */
export const descendantsOf = (
  pid: number,
  all: readonly HostProcess[] = allProcesses(),
): HostProcess[] => {
  const found = new Map(all.filter((one) => one.pid === pid).map((one) => [one.pid, one]));
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const one of all) if (found.has(one.parent)) found.set(one.pid, one);
  }
  return [...found.values()];
};

/** Program and all processes that it has started so far. */
export interface Tracked {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly output: () => string;
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Processes of them that still run. */
  running(): HostProcess[];
  /** Waits until none runs; returns those that still run after this time. */
  orphans(withinMs: number): Promise<HostProcess[]>;
}

const LOOK_EVERY_MS = 40;

export const startTracked = (
  argv: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
): Tracked => {
  const [program, ...args] = argv;
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} did not start`);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const known = new Map<string, HostProcess>();
  const look = (): void => {
    for (const one of descendantsOf(pid)) known.set(`${one.pid} ${one.startedAt}`, one);
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  const ended = new Promise<number | NodeJS.Signals>((resolve) =>
    child.once('exit', (code, signal) => {
      clearInterval(timer);
      resolve(signal ?? code ?? -1);
    }),
  );
  const running = (): HostProcess[] =>
    allProcesses().filter(
      ({ pid: id, startedAt, command }) =>
        known.has(`${id} ${startedAt}`) && !command.includes('swarm-expiry-'),
    );
  return {
    ...{ child, pid, ended, running },
    output: () => output,
    orphans: async (withinMs) => {
      const deadline = performance.now() + withinMs;
      while (running().length > 0 && performance.now() < deadline) await sleep(100);
      return running();
    },
  };
};
