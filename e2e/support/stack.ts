/** docker-compose.yml, brought up in an engine of its own. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DockerEngine } from '@livekit-swarm/testkit/docker/docker-engine';
import { execa } from 'execa';
import { ROOT } from './stack-images.ts';

export const freshKeys = (): Record<string, string> => ({
  LIVEKIT_API_KEY: `API${randomBytes(6).toString('hex')}`,
  LIVEKIT_API_SECRET: randomBytes(32).toString('hex'),
  TURN_SECRET: randomBytes(24).toString('hex'),
  GRAFANA_PASSWORD: randomBytes(12).toString('hex'),
});

export const NO_COMPOSE = 'Compose is not installed: apt-get install docker-compose';

/** Compose as it is installed: the plugin of today, or the program that Debian has. Null: neither. */
export const findCompose = async (): Promise<readonly string[] | null> => {
  for (const command of [['docker', 'compose'], ['docker-compose']] as const) {
    const [program, ...args] = command;
    if (!(await execa(program, [...args, 'version'], { reject: false })).failed) return command;
  }
  return null;
};

export interface Stack {
  /** Runs a command of Compose and resolves to its stdout. */
  compose(...args: string[]): Promise<string>;
  /** The answer of an address in the stack's network; empty without an answer, or on an error. */
  get(url: string): Promise<string>;
  /** Runs a program in the stack's network. */
  inside(...command: string[]): Promise<{ exitCode: number | undefined; all: string }>;
  states(): Promise<ContainerState[]>;
}

export interface ContainerState {
  service: string;
  status: string;
  health: string;
  restarts: number;
  readOnly: boolean;
  user: string;
  /** Last output of the health checks. */
  output: string;
}

interface Inspected {
  Config: { Labels: Record<string, string>; User: string };
  RestartCount: number;
  State: { Status: string; Health?: { Status: string; Log: { Output: string }[] | null } };
  HostConfig: { ReadonlyRootfs: boolean };
}

export const openStack = (
  engine: DockerEngine,
  command: readonly string[],
  variables: Record<string, string>,
  /** Folder of docker-compose.yml and of what it mounts. */
  folder = ROOT,
): Stack => {
  const inside: Stack['inside'] = async (...words) => {
    const [program = '', ...args] = [...engine.inNetwork, ...words];
    const { exitCode, all } = await execa(program, args, {
      all: true,
      reject: false,
      timeout: 30_000,
      stdin: 'ignore',
    });
    return { exitCode, all };
  };
  return {
    compose: async (...args) => {
      const [program = '', ...first] = [...command, '--project-name', 'swarm-stack', ...args];
      const env = { ...engine.env, ...variables };
      return (await execa(program, first, { cwd: folder, env, stdin: 'ignore', timeout: 120_000 }))
        .stdout;
    },
    get: async (url) => {
      const { exitCode, all } = await inside('curl', '--silent', '--fail', '--max-time', '20', url);
      return exitCode === 0 ? all : '';
    },
    inside,
    states: async () => {
      const ids = (await engine.docker(['ps', '--all', '--quiet']))
        .split('\n')
        .filter((id) => id !== '');
      if (ids.length === 0) return [];
      return (JSON.parse(await engine.docker(['inspect', ...ids])) as Inspected[]).map(stateOf);
    },
  };
};

const stateOf = ({ Config, RestartCount, State, HostConfig }: Inspected): ContainerState => ({
  service: Config.Labels['com.docker.compose.service'] ?? '',
  status: State.Status,
  health: State.Health?.Status ?? 'none',
  restarts: RestartCount,
  readOnly: HostConfig.ReadonlyRootfs,
  user: Config.User,
  output: State.Health?.Log?.at(-1)?.Output.trim() ?? '',
});

/** Resolves to what is not healthy after so long: nothing, if all is well. */
export const waitForHealth = async (stack: Stack, withinMs: number): Promise<ContainerState[]> => {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const states = await stack.states();
    const ill = states.filter(({ health, status }) => health !== 'healthy' || status !== 'running');
    if ((states.length > 0 && ill.length === 0) || performance.now() > deadline)
      return states.length > 0 ? ill : [];
    await sleep(500);
  }
};
