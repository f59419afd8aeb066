import { setTimeout as sleep } from 'node:timers/promises';
import { agentDispatchOf } from '@livekit-swarm/livekit';
import { type Check, type CheckResult, found, passed, skipped } from '../check.ts';

/**
 * Waiting time for an agent, ms. It is shorter than the server keeps the empty room, whose
 * dispatches cannot be listed afterwards.
 */
const WAIT_MS = 8_000;
const LOOK_EVERY_MS = 300;
const TIMEOUT_SECONDS = 5;

/**
 * Result of the check.
 * @param workers identities of the agents that took the job
 */
export const agentsRule = (name: string, workers: readonly string[]): CheckResult =>
  workers.length > 0
    ? passed(`${workers.join(', ')} took a job of ${name}`)
    : found('error', [`no agent took a job of ${name} within ${WAIT_MS / 1_000} s`]);

export const agents: Check = {
  id: 'agents',
  title: 'An agent takes a job',
  severities: ['error'],
  cause:
    'No agent of this name is registered, all of them are full, or they are registered at another deployment: rooms stay without an agent, and no metric of the server shows it',
  fix: 'start a worker with this agent_name, with LIVEKIT_URL and a key of this deployment; look at its load',
  needs: ['websocket'],
  run: async ({ api, makeRoom }, { access, agent }) => {
    // The API does not list registered workers: only a job shows them.
    if (agent === null) return skipped('give the name of an agent, which then gets a job: --agent');
    const withoutApi = await api();
    if (withoutApi !== null) return skipped(withoutApi);
    const room = await makeRoom();
    const client = await agentDispatchOf(access, TIMEOUT_SECONDS);
    await client.createDispatch(room, agent);
    const end = performance.now() + WAIT_MS;
    let workers: string[] = [];
    while (workers.length === 0 && performance.now() < end) {
      await sleep(LOOK_EVERY_MS);
      const dispatches = await client.listDispatch(room);
      workers = dispatches.flatMap(({ state }) =>
        (state?.jobs ?? []).flatMap((job) => job.state?.participantIdentity || []),
      );
    }
    return agentsRule(agent, workers);
  },
};
