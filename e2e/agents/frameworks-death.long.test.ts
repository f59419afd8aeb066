/** Death of workers and jobs of LiveKit's frameworks: how long a dead agent stays in its room. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startLiveKit } from '@livekit-swarm/lab';
import { missing } from '@livekit-swarm/testkit/requirements';
import { describe, expect, it } from 'vitest';
import { countOf, runCalls } from '../support/callers.ts';
import { needsOf } from '../support/example-agents.ts';
import { startExampleWorker } from '../support/example-worker.ts';
import { descendantsOf, stillThere } from '../support/processes.ts';
import { resultOf, scratch } from '../support/swarm.ts';

/** Callers in two rooms. They stay for longer than a dead agent. */
const CALLERS = `calls:
  executor: constant-rooms
  rooms: 2
  duration: 55s
  roles:
    caller: { publish: audio, conversation: { agent: example, pause: 300ms, answerWithin: 15s } }`;

/** Time after the assignment of both jobs, in which their agents join, ms. */
const UNTIL_DEATH_MS = 6_000;
/** Time after a death, in which what dies of it has died, ms. */
const AFTER_DEATH_MS = 3_000;

const jobsOf = async (page: string): Promise<number> => {
  const worker = await (await fetch(`${page}/worker`)).json();
  return (worker as { active_jobs?: number }).active_jobs ?? 0;
};

describe.each(['node', 'python'] as const)('of the framework for %s', (framework) => {
  it.for<[string, (pid: number) => number[], { least: number; most: number }]>([
    // A job of the SDK for Node leaves after 15 s without its worker; in Python, probably at once.
    ['jobs whose worker is killed', (pid) => [pid], { least: 0, most: 25_000 }],
    // The server notices a dead agent by its media connection.
    [
      'jobs that are killed with their worker',
      (pid) => descendantsOf(pid).map((one) => one.pid),
      { least: 15_000, most: 30_000 },
    ],
  ])(
    '%s leave their rooms, and no other agent joins',
    { timeout: 600_000 },
    async ([death, pidsOf, stay], { skip }) => {
      const reason = await missing(...needsOf(framework));
      skip(reason !== null, reason ?? '');
      await using server = await startLiveKit({ dir: scratch() });
      const { page, pid } = await startExampleWorker(framework, server, 500);
      const calls = runCalls(server, CALLERS, ['--json']);
      await expect.poll(() => jobsOf(page), { timeout: 30_000 }).toBe(2);
      await sleep(UNTIL_DEATH_MS);
      const all = descendantsOf(pid);
      const pids = pidsOf(pid);
      const killedAt = Date.now();
      for (const one of pids) process.kill(one, 'SIGKILL');
      await sleep(AFTER_DEATH_MS);
      const left = all.filter(stillThere).length;
      const { events, stdout, stderr } = await calls;
      const startedAt = Date.parse(resultOf({ stdout }).startedAt);
      const stays = events.flatMap(({ event, at }) =>
        event === 'agent_left' ? [startedAt + at - killedAt] : [],
      );
      console.log(
        `${framework}, ${death}: ${stays.join(', ')} ms; ${left} of ${all.length} processes were left`,
      );
      expect(stays, stderr).toHaveLength(2);
      for (const ms of stays) {
        expect(ms).toBeGreaterThan(stay.least);
        expect(ms).toBeLessThan(stay.most);
      }
      expect(countOf(events, 'agent_added')).toBe(0);
    },
  );
});
