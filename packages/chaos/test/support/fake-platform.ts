import type { CommandResult, Component, Platform } from '../../src/targets/platform.ts';

export const NODE: Component = {
  name: 'node-1',
  kind: 'node',
  nodeId: 'ND_a',
  instance: '1:1',
  ports: { address: '127.0.0.1', udp: [5000, 5001], tcp: [7880, 7881] },
};

export interface FakePlatform extends Platform {
  /** Calls in their order, such as `signal SIGKILL`. */
  readonly calls: string[];
  /** Programs that were run, with their input. */
  readonly ran: { argv: readonly string[]; input: string }[];
}

/**
 * A deployment that records its calls. Programs exit with 0 and no output, unless `answer` gives a
 * result.
 */
export const fakePlatform = (
  answer: (argv: readonly string[]) => Partial<CommandResult> = () => ({}),
): FakePlatform => {
  const calls: string[] = [];
  const ran: FakePlatform['ran'] = [];
  return {
    kind: 'process',
    label: 'a fake',
    reference: { kind: 'process', place: 'fake' },
    calls,
    ran,
    components: async () => [NODE],
    missingCapability: async () => null,
    signal: async (member, signal) => void calls.push(`${signal} ${member.name}`),
    start: async (member) => void calls.push(`start ${member.name}`),
    expiry: {
      missingCapability: async () => null,
      arm: async ({ id, afterMs }) => {
        calls.push(`arm ${id} ${afterMs}`);
        return ['detached_process'];
      },
      disarm: async (id) => void calls.push(`disarm ${id}`),
    },
    run: async (_member, argv, input = '') => {
      ran.push({ argv, input });
      return { stdout: '', stderr: '', code: 0, ...answer(argv) };
    },
    instance: async () => null,
    isStopped: async () => false,
    pid: async () => null,
    [Symbol.asyncDispose]: async () => {},
  };
};
