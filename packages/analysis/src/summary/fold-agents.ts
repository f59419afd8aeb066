import type { AgentJobState, EventLine, HeaderLine } from '@livekit-swarm/record';
import { AGENT_JOB_STATES } from '@livekit-swarm/record';
import { scenarioOfRecord } from '@livekit-swarm/scenario';
import type { AgentFinding, RunNote } from './run-event.ts';

/** Callers that found the same. */
interface Found {
  callers: number;
  /** Room of the first of them. */
  room: string;
}

/** Findings of callers about the agents of their rooms, and about what they are to say. */
const FINDINGS: ReadonlySet<string> = new Set<AgentFinding>([
  'agent_never_published',
  'agent_never_silent',
  'agent_greets',
  'agent_echoes',
  'several_agents',
  'agent_transfer_lost',
  'caller_silent',
  'utterance_rejected',
]);

const isFinding = (reason: string): reason is AgentFinding => FINDINGS.has(reason);

const isJobState = (reason: string): reason is AgentJobState =>
  AGENT_JOB_STATES.some((state) => state === reason);

/** Findings about the voice agents of callers: one for each agent and cause, not for each caller. */
export class AgentFold {
  /** Names of the agents that roles dispatch, by group and role; empty: agents without a name. */
  readonly #agents = new Map<string, string>();
  /** Names of the agents to which roles are transferred, by group and role. */
  readonly #nextAgents = new Map<string, string>();
  readonly #found = new Map<string, Found>();
  /** Callers that lost their agent, and the state of its job, where it is known. */
  readonly #lost = new Map<string, { agent: string; room: string; state: AgentJobState }>();

  begin({ scenario }: Pick<HeaderLine, 'scenario'>): void {
    for (const { name, roles } of scenarioOfRecord(scenario).groups)
      for (const { name: role, conversation } of roles) {
        this.#agents.set(keyOf(name, role), conversation?.agent?.name ?? '');
        this.#nextAgents.set(keyOf(name, role), conversation?.transfer?.to ?? '');
      }
  }

  addEvent({ event, identity, group = '', role = '', room = '', reason = '' }: EventLine): void {
    if (identity === undefined) return;
    const agent = this.#agents.get(keyOf(group, role)) ?? '';
    if (event === 'agent_lost') this.#lost.set(identity, { agent, room, state: 'unknown' });
    if (event === 'agent_job' && isJobState(reason)) {
      const lost = this.#lost.get(identity);
      if (lost !== undefined) lost.state = reason;
    }
    if (event === 'agent_transfer_lost')
      this.#count(event, this.#nextAgents.get(keyOf(group, role)) ?? '', room);
    if (event === 'warning' && isFinding(reason)) this.#count(reason, agent, room);
  }

  /** Findings so far, the most frequent first. */
  notes(): RunNote[] {
    const lost = new Map<string, Found>();
    for (const { agent, room, state } of this.#lost.values())
      count(lost, keyOf(state, agent), room);
    const notes = [
      ...[...lost].map(([key, found]): RunNote => {
        const [state = '', agent = ''] = key.split(SEPARATOR);
        return {
          code: 'agent_lost',
          agent,
          state: isJobState(state) ? state : 'unknown',
          ...found,
        };
      }),
      ...[...this.#found].flatMap(([key, found]): RunNote[] => {
        const [finding = '', agent = ''] = key.split(SEPARATOR);
        return isFinding(finding) ? [{ code: 'agent_finding', finding, agent, ...found }] : [];
      }),
    ];
    return notes;
  }

  #count(finding: AgentFinding, agent: string, room: string): void {
    count(this.#found, keyOf(finding, agent), room);
  }
}

const SEPARATOR = '\n';
const keyOf = (first: string, second: string): string => `${first}${SEPARATOR}${second}`;

const count = (found: Map<string, Found>, key: string, room: string): void => {
  const before = found.get(key);
  found.set(key, { callers: (before?.callers ?? 0) + 1, room: before?.room ?? room });
};
