/** Agents of LiveKit's frameworks for Node and Python, which `examples/agents` has: `swarm` calls them as it calls any agent. */
import { startLiveKit } from '@livekit-swarm/lab';
import { missing } from '@livekit-swarm/testkit/requirements';
import { describe, expect, it } from 'vitest';
import { accessTo, countOf, runCalls } from '../support/callers.ts';
import { needsOf } from '../support/example-agents.ts';
import { startExampleWorker } from '../support/example-worker.ts';
import { resultOf, runSwarm, scratch } from '../support/swarm.ts';

/** Time after which the agents answer, ms. */
const AFTER_MS = 800;
/** Longest time that SDKs, server and both directions add to most answers, ms. */
const MARGIN_MS = 400;
/** Versions of the frameworks, as their pages show them. */
const VERSIONS = { node: '1.9.0', python: '1.8.9' } as const;

/** Callers in two rooms, who have three turns each. */
const CALLERS = `calls:
  executor: constant-rooms
  rooms: 2
  duration: 30s
  roles:
    caller: { publish: audio, conversation: { agent: example, pause: 300ms, turns: 3 } }`;

describe.each(['node', 'python'] as const)('an agent of the framework for %s', (framework) => {
  it('joins, answers every turn after its own time, and shows its version', async ({ skip }) => {
    const reason = await missing(...needsOf(framework));
    skip(reason !== null, reason ?? '');
    await using server = await startLiveKit({ dir: scratch() });
    const worker = await startExampleWorker(framework, server, AFTER_MS);
    const status = async () => {
      const flags = ['agents', 'status', '--worker', worker.page, '--json'];
      const { stdout } = await runSwarm(flags, accessTo(server));
      return JSON.parse(stdout).workers[0];
    };
    const sdkVersion = VERSIONS[framework];
    const shown = { agentName: 'example', problem: null, sdkVersion, activeJobs: 0 };
    expect(await status()).toMatchObject(shown);

    const { events, stdout, stderr } = await runCalls(server, CALLERS, ['--json']);
    expect(countOf(events, 'agent_joined'), stderr).toBe(2);
    expect(countOf(events, 'agent_ready'), stderr).toBe(2);
    const turns = events.flatMap(({ turn }) => turn ?? []);
    expect(turns, stderr).toHaveLength(6);
    const responses = turns.flatMap(({ responseMs }) => responseMs ?? []).toSorted((a, b) => a - b);
    expect(responses, JSON.stringify(turns)).toHaveLength(6);
    expect(responses[0]).toBeGreaterThanOrEqual(AFTER_MS);
    // A host that is busy with something else lets agents answer late.
    const isHealthy = resultOf({ stdout }).generator.findings.length === 0;
    if (isHealthy) expect(responses[2]).toBeLessThan(AFTER_MS + MARGIN_MS);
    console.log(`${framework}: answered after ${responses.map(Math.round).join(', ')} ms`);
    // Its jobs end when their callers have left.
    await expect.poll(status, { timeout: 30_000, interval: 1_000 }).toMatchObject(shown);
  }, 600_000);
});
