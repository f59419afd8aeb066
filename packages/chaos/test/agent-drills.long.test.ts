/** Drills with workers of voice agents, which the lab of a drill starts. */
import { readdirSync, readFileSync } from 'node:fs';
import type { RecordLine } from '@livekit-swarm/record';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { labAgentWorkers } from '../../cli/src/chaos/lab-agent-workers.ts';
import { FAULTS } from '../src/faults/index.ts';
import type { Conversation, Recovery } from '../src/measure/recovery.ts';
import { carryOut, libraryDrill } from './support/library-drill.ts';

await skipWithout('redis', 'haproxy');

/**
 * Executes a drill of the library once, on a host that may be busy: what these tests expect does not
 * depend on it. Nothing of its workers may be left.
 */
const measured = async (
  name: string,
  onLine: (line: RecordLine) => void = () => {},
): Promise<Pick<Recovery, 'conversations' | 'faults'>> => {
  const { repeats } = await carryOut(await libraryDrill(name), onLine, FAULTS, {
    agentWorkers: labAgentWorkers,
    extraAttempts: 0,
  });
  const [repeat] = repeats;
  if (repeat === undefined) throw new Error(`no repeat of ${name}`);
  const { recovery, verdict, reasons } = repeat;
  expect(['passed', 'failed', 'inconclusive'], JSON.stringify(reasons)).toContain(verdict);
  const { conversations, faults } = recovery;
  expect(conversations).toHaveLength(4);
  const jobs = conversations.flatMap((one) => one.agents.map(({ agent }) => jobOf(agent)));
  const running = commandLines();
  expect(jobs.filter((job) => running.some((line) => line.includes(job)))).toEqual([]);
  return { conversations, faults };
};

/** Job of an agent, by its identity: `agent-worker-1-AJ_…`. */
const jobOf = (agent: string): string => /AJ_\w+$/.exec(agent)?.[0] ?? agent;

const commandLines = (): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return '';
      }
    });

/** Turn of a caller. `responseMs`: the longest wait without an answer. */
interface Turn {
  at: number;
  responseMs: number;
}

/** Time for which the callers of the drills wait for an answer, ms. */
const ANSWER_WITHIN_MS = 8_000;
/** Time in which a worker works through what it could not do, ms. */
const CATCH_UP_MS = 15_000;

const median = (turns: readonly Turn[]): number => {
  const sorted = turns.map(({ responseMs }) => responseMs).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

const isOf = (worker: string, { agents }: Conversation): boolean =>
  agents[0]?.agent.startsWith(`${worker}-AJ_`) === true;

it('the agent of a killed job stays in its room, and no other agent joins', async () => {
  const { conversations, faults } = await measured('agent-job-kill');
  const lost = conversations.filter(({ isLost }) => isLost);
  expect(lost).toHaveLength(1);
  const [worker = ''] = faults[0]?.components ?? [];
  expect(lost).toMatchObject([{ takenOverBy: null, dispatchedAgain: 0 }]);
  expect(lost.every((one) => isOf(worker, one))).toBe(true);
  // The server needs seconds to notice, and does so before the end of the drill.
  expect(lost[0]?.deadAgentMs).toBeGreaterThan(5_000);
});

it('an application that dispatches again gets another agent', async () => {
  const { conversations } = await measured('agent-job-kill-again');
  expect(conversations.filter(({ isLost }) => isLost)).toEqual([]);
  // On a busy host, an application may also dispatch an agent again that is late.
  const taken = conversations.find(({ deadAgentMs }) => deadAgentMs !== null);
  expect(taken?.dispatchedAgain).toBeGreaterThan(0);
  expect(taken?.takenOverBy).toMatch(/^agent-worker-\d-AJ_/);
  expect(taken?.deadAgentMs).toBeGreaterThan(5_000);
  expect(taken?.silenceMs).toBeGreaterThan(taken?.deadAgentMs ?? 0);
});

it('the jobs of a killed worker continue for a while, and no other agent joins', async () => {
  const { conversations, faults } = await measured('agent-worker-kill');
  const [{ components: [worker = ''] = [], injectedAt = 0 } = {}] = faults;
  const affected = conversations.filter((one) => isOf(worker, one));
  expect(affected).not.toEqual([]);
  expect(conversations.filter(({ isLost }) => isLost)).toEqual(affected);
  for (const { agents, takenOverBy } of affected) {
    expect(takenOverBy).toBeNull();
    const [agent] = agents;
    // 15 s; a busy host makes it later.
    expect((agent?.leftAt ?? 0) - injectedAt).toBeGreaterThan(13_000);
  }
});

it('an application that dispatches again gets agents of the worker that is left', async () => {
  const { conversations, faults } = await measured('agent-worker-kill-again');
  const [worker = ''] = faults[0]?.components ?? [];
  const affected = conversations.filter((one) => isOf(worker, one));
  expect(affected).not.toEqual([]);
  expect(conversations.filter(({ isLost }) => isLost)).toEqual([]);
  for (const { dispatchedAgain, agents } of affected) {
    expect(dispatchedAgain).toBeGreaterThan(0);
    // On a busy host, it may have come before: an application also dispatches a late agent again.
    expect(agents.filter(({ agent }) => !agent.startsWith(`${worker}-AJ_`))).not.toEqual([]);
  }
});

it('agents of a worker without CPU answer late, and in time again afterwards', async () => {
  const turns: Turn[] = [];
  let [fromAt, toAt] = [0, 0];
  const { conversations } = await measured('agent-worker-slow', (line) => {
    if (line.type === 'drill' && line.event === 'fault_injected') fromAt = line.at;
    if (line.type === 'drill' && line.event === 'fault_rolled_back') toAt = line.at;
    if (line.type === 'event' && line.turn !== undefined)
      turns.push({ at: line.at, responseMs: line.turn.responseMs ?? ANSWER_WITHIN_MS });
  });
  expect(conversations.filter(({ isLost }) => isLost)).toEqual([]);
  // Against each other: how late an answer is depends on the speed of the host.
  const before = median(turns.filter(({ at }) => at < fromAt));
  const during = median(turns.filter(({ at }) => at > fromAt && at < toAt));
  const after = median(turns.filter(({ at }) => at > toAt + CATCH_UP_MS));
  expect(during).toBeGreaterThan(1.2 * before);
  expect(after).toBeLessThan((before + during) / 2);
});

/** Conversations of a worker that had their agent before the fault: an agent may come late. */
const begunBefore = ({
  conversations,
  faults,
}: Pick<Recovery, 'conversations' | 'faults'>): Conversation[] => {
  const [{ components: [worker = ''] = [], injectedAt = 0 } = {}] = faults;
  const begun = conversations.filter(
    (one) => isOf(worker, one) && (one.agents[0]?.audioFromAt ?? Infinity) < injectedAt,
  );
  expect(begun).not.toEqual([]);
  return begun;
};

it('agents of a worker that loses the server stay in their rooms', async () => {
  const recovery = await measured('agent-worker-partition');
  for (const { isLost, agents } of begunBefore(recovery)) {
    expect(isLost).toBe(false);
    expect(agents).toHaveLength(1);
  }
});

it('agents of a worker that hangs continue', async () => {
  const recovery = await measured('agent-worker-hang');
  for (const { isLost, agents, silenceMs } of begunBefore(recovery)) {
    expect([isLost, silenceMs]).toEqual([false, 0]);
    expect(agents).toHaveLength(1);
  }
});

it('a worker that is stopped in order keeps its conversations', async () => {
  const { conversations } = await measured('agent-worker-stop');
  expect(conversations.filter(({ isLost }) => isLost)).toEqual([]);
  for (const { agents } of conversations) expect(agents).toHaveLength(1);
});

it('callers beyond the jobs of all workers get no agent', async () => {
  const { conversations } = await measured('agent-workers-full');
  const lost = conversations.filter(({ isLost }) => isLost);
  expect(lost.map(({ agents }) => agents)).toEqual([[], []]);
});

it('workers that are replaced one after the other leave no conversation without an agent', async () => {
  const { conversations, faults } = await measured('agent-workers-roll');
  expect(faults.flatMap(({ components }) => components)).toEqual([
    'agent-worker-1',
    'agent-worker-2',
  ]);
  expect(conversations.filter(({ isLost }) => isLost)).toEqual([]);
  expect(conversations.every(({ dispatchedAgain }) => dispatchedAgain > 0)).toBe(true);
});
