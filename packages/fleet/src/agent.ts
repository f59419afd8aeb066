import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AgentFacts, factsOfThisHost, newAgentId, writeFacts } from './agent-facts.ts';
import { type AgentRun, takePart } from './agent-run.ts';
import { COMMAND_MS, RENEWAL_MS } from './deadlines.ts';
import { agentKey, claimKey, invitationChannel } from './keys.ts';
import { type Invitation, invitationSchema } from './messages.ts';
import type { Queue } from './queue.ts';
import { removeAbandonedRuns } from './remove-run.ts';
import { readSharedClock } from './shared-clock.ts';

export interface AgentOptions {
  queue: Queue;
  labels: Record<string, string>;
  /** Of the product: a run takes agents of its own version only. */
  version: string;
  /** Module that exports `createEngine`. */
  engineModule: string;
  /** Aborted: participants leave, and the agent ends. */
  stop: AbortSignal;
  /** What the agent does, for its operator. */
  onEvent(event: AgentEvent): void;
}

export type AgentEvent =
  | { type: 'ready'; facts: AgentFacts }
  | { type: 'joined'; run: string; shards: number }
  | { type: 'left'; run: string }
  | { type: 'queue_lost' }
  | { type: 'queue_found' };

/** How often the clock is compared with that of Redis, in beats. */
const HOUSEKEEPING_BEATS = 10;

/**
 * Offers this host to runs until it is stopped: takes shards, and starts a worker process for each.
 * @throws Error when the queue does not answer at the start
 */
export const runAgent = async (options: AgentOptions): Promise<void> => {
  const dir = mkdtempSync(join(tmpdir(), 'swarm-agent-'));
  try {
    await offerHost(options, dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

/** @param dir for the output of workers */
const offerHost = async (options: AgentOptions, dir: string): Promise<void> => {
  const { queue, labels, version, stop, onEvent } = options;
  const { redis } = queue;
  let clock = await readSharedClock(redis);
  await removeAbandonedRuns(redis);
  const agent = newAgentId();
  let current: AgentRun | null = null;
  let leaving: Promise<void> = Promise.resolve();
  const facts = (): AgentFacts => ({
    agent,
    ...factsOfThisHost(),
    version,
    labels,
    run: current?.run ?? null,
    clock,
  });

  const accept = (invitation: Invitation): void => {
    if (current !== null || stop.aborted) return;
    const { engineModule } = options;
    const taken = takePart({ queue, agent, invitation, clock, engineModule, dir });
    current = taken;
    onEvent({ type: 'joined', ...invitation });
    leaving = leave(taken);
  };
  const leave = async (taken: AgentRun): Promise<void> => {
    await taken.ended;
    current = null;
    // Before the coordinator ends: a list of hosts, or a run, that follows finds this one idle.
    await writeFacts(redis, facts()).catch(() => {});
    await taken.leave();
    onEvent({ type: 'left', run: taken.run });
  };
  const invitations = queue.connect({ commandTimeout: COMMAND_MS });
  await invitations.subscribe(invitationChannel(agent));
  invitations.on('message', (_channel, text) => {
    const invitation = invitationOf(text);
    if (invitation !== null) accept(invitation);
  });

  let beats = 0;
  let lost = false;
  const beat = async (): Promise<void> => {
    current?.beat(clock);
    try {
      if (++beats % HOUSEKEEPING_BEATS === 0) {
        clock = await readSharedClock(redis);
        // Also those that ended while Redis did not answer.
        if (current === null) await removeAbandonedRuns(redis);
      }
      await writeFacts(redis, facts());
      if (lost) onEvent({ type: 'queue_found' });
      lost = false;
    } catch {
      if (!lost) onEvent({ type: 'queue_lost' });
      lost = true;
    }
  };
  await beat();
  onEvent({ type: 'ready', facts: facts() });
  const timer = setInterval(() => void beat(), RENEWAL_MS);
  if (!stop.aborted)
    await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }));
  const last = current as AgentRun | null;
  last?.withdraw('the agent was stopped');
  await leaving;
  clearInterval(timer);
  await redis.unlink(agentKey(agent), claimKey(agent)).catch(() => {});
};

/** Null: not one of this version. Its coordinator notices that the shards are not taken. */
const invitationOf = (text: string): Invitation | null => {
  try {
    return invitationSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
};
