import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AgentFacts,
  factsOfThisHost,
  newAgentId,
  newTicket,
  writeFacts,
} from './agent-facts.ts';
import { type AgentRun, takePart } from './agent-run.ts';
import { COMMAND_MS, RENEWAL_MS } from './deadlines.ts';
import { agentKey, claimKey, invitationChannel } from './keys.ts';
import { type Invitation, invitationSchema, parsedText } from './messages.ts';
import { invitationPlace } from './places.ts';
import type { Queue } from './queue.ts';
import { RejectedMessage } from './rejected-message.ts';
import { removeAbandonedRuns } from './remove-run.ts';
import { assertClaimed } from './reserve-agents.ts';
import { readSharedClock } from './shared-clock.ts';

export interface AgentOptions {
  queue: Queue;
  labels: Record<string, string>;
  /** Version of the product: a run takes only agents of its own version. */
  version: string;
  /** Module that exports `createEngine`. */
  engineModule: string;
  /** Program of browser participants. Default: the installed one. */
  browser?: string | undefined;
  /**
   * Checks an address by the rules of this host.
   * @throws SwarmError `usage` for an address that no load may be sent to
   */
  assertHost(url: string): void;
  /** When aborted, participants leave and the agent ends. */
  stop: AbortSignal;
  /** Called with the agent's activity, for its operator. */
  onEvent(event: AgentEvent): void;
}

export type AgentEvent =
  | { type: 'ready'; facts: AgentFacts }
  | { type: 'joined'; run: string; shards: number }
  | { type: 'left'; run: string }
  /**
   * Messages of the queue were refused since the last such event: their number, and the reason of
   * the last one.
   */
  | { type: 'refused'; count: number; last: string }
  /** A shard would have loaded a server that the rules of this host forbid. */
  | { type: 'forbidden'; run: string; message: string }
  | { type: 'queue_lost' }
  | { type: 'queue_found' };

/** Number of beats between comparisons of the clock with that of Redis. */
const HOUSEKEEPING_BEATS = 10;

/**
 * Offers this host to runs until it is stopped: takes shards, and starts a worker process for each.
 * @throws Error if the queue does not answer at the start
 */
export const runAgent = async (options: AgentOptions): Promise<void> => {
  const dir = mkdtempSync(join(tmpdir(), 'swarm-agent-'));
  try {
    await offerHost(options, dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

/**
 * Offers this host to runs.
 * @param dir folder for the output of workers
 */
const offerHost = async (options: AgentOptions, dir: string): Promise<void> => {
  const { queue, labels, version, stop, onEvent, engineModule, browser, assertHost } = options;
  const { redis } = queue;
  let clock = await readSharedClock(redis);
  await removeAbandonedRuns(redis);
  const agent = newAgentId();
  let ticket = newTicket();
  let current: AgentRun | null = null;
  let refused = 0;
  let lastRejected = '';
  const onRefused = ({ message }: RejectedMessage): void => {
    refused++;
    lastRejected = message;
  };
  /**
   * Reports refused messages at most once per second, however many messages other programs write.
   */
  const reportRefused = (): void => {
    if (refused > 0) onEvent({ type: 'refused', count: refused, last: lastRejected });
    refused = 0;
  };
  let leaving: Promise<void> = Promise.resolve();
  const facts = (): AgentFacts => ({
    agent,
    ticket,
    ...factsOfThisHost(),
    version,
    labels,
    run: current?.run ?? null,
    clock,
  });

  const mayAccept = (): boolean => current === null && !stop.aborted;
  /** Accepts an invitation of the run that holds the claim of this agent. */
  const consider = async (signed: string): Promise<void> => {
    if (!mayAccept()) return;
    const place = invitationPlace({ agent, ticket });
    const invitation = parsedText(invitationSchema, queue.seal.verify(place, signed));
    await assertClaimed(queue, { agent, ticket }, invitation.run);
    if (mayAccept()) accept(invitation);
  };
  const accept = (invitation: Invitation): void => {
    const onForbidden = (message: string): void =>
      onEvent({ type: 'forbidden', run: invitation.run, message });
    const own = { engineModule, browser, assertHost, onForbidden, onRefused, dir };
    const taken = takePart({ queue, agent, ticket, invitation, clock, ...own });
    current = taken;
    onEvent({ type: 'joined', ...invitation });
    leaving = leave(taken);
    // Reported at once: otherwise a list of hosts, or another run, would show this host as idle
    // until the next beat. The beat also reports a Redis that does not answer.
    writeFacts(queue, facts()).catch(() => {});
  };
  const leave = async (taken: AgentRun): Promise<void> => {
    await taken.ended;
    current = null;
    ticket = newTicket();
    reportRefused();
    // Reported before the coordinator ends: a list of hosts, or a run, that follows finds this host
    // idle.
    await writeFacts(queue, facts()).catch(() => {});
    await taken.leave();
    onEvent({ type: 'left', run: taken.run });
  };
  const invitations = queue.connect({ commandTimeout: COMMAND_MS });
  await invitations.subscribe(invitationChannel(agent));
  invitations.on('message', (_channel, text) => {
    consider(text).catch((error: unknown) => {
      // Redis did not answer: the coordinator notices that no shard is taken.
      if (error instanceof RejectedMessage) onRefused(error);
    });
  });

  let beats = 0;
  let lost = false;
  const beat = async (): Promise<void> => {
    current?.beat(clock);
    reportRefused();
    try {
      if (++beats % HOUSEKEEPING_BEATS === 0) {
        clock = await readSharedClock(redis);
        // Includes runs that ended while Redis did not answer.
        if (current === null) await removeAbandonedRuns(redis);
      }
      await writeFacts(queue, facts());
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
