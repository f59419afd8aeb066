import type { AgentJob, ApiError } from '@livekit-swarm/livekit';
import type { JoinPhases, SelectedPair, TrackResult } from '@livekit-swarm/record';
import type { ProbeModule } from './module.ts';

/** The two participants of a probe. */
export const SIDES = ['a', 'b'] as const;
export type Side = (typeof SIDES)[number];

/** Observations of one participant. Times count from the start of its join, ms. */
export interface SideObservation {
  /** Phases of the join; null if the participant did not join. */
  phases: JoinPhases | null;
  firstMediaMs: number | null;
  /** Id of the node that accepted the join, as the node reports it. */
  node: string | null;
  /** Address family of the server's candidate in the selected pair. */
  addressFamily: 4 | 6 | null;
  /** Candidate pair that ICE selected. */
  selectedPair: SelectedPair | null;
  /** Error that prevented the join; null if there was none, or it is unknown. */
  refusal: ApiError | null;
  /** Error that ended the connection after the join; null: the connection lasted. */
  loss: ApiError | null;
  /** Identities of the remote participants that the participant knew at the end. */
  others: readonly string[];
  tracks: readonly TrackResult[];
}

/** Observations of a voice agent. Times count from the join of the caller, ms; null: never. */
export interface AgentObservation {
  joinedMs: number | null;
  publishedMs: number | null;
  /** Only of agents whose attribute `lk.agent.state` shows it. */
  readyMs: number | null;
  /** Null: there was no answer within the time. */
  answer: {
    /** Time from the last voice of the caller; null: the agent spoke before that. */
    responseMs: number | null;
  } | null;
  /** True if the time for an agent, or for its answer, was over. */
  isOver: boolean;
  /** State of the agent's job, as the API shows it; null: not read. */
  job: 'no_job' | AgentJob['state'] | null;
}

/** Observations of a probe, before their evaluation. */
export interface Observation {
  module: ProbeModule;
  sides: Readonly<Record<Side, SideObservation>>;
  /** Null: the probe calls no agent. */
  agent: AgentObservation | null;
  /** Error that prevented the creation of the room; null if there was none. */
  room: ApiError | null;
  /** Message of an internal error of this program; null if there was none. */
  internal: string | null;
  /** True if the time limit was reached before the probe was complete. */
  outOfTime: boolean;
  /** Time during which both participants were joined and figures were measured, ms. */
  measuredMs: number;
  /** Node chosen for the room; null: the deployment chose it. */
  wantedNode: string | null;
  /** Duration of the whole probe, ms. */
  tookMs: number;
}

/** Observations of a side before it joins. */
export const absent = (): SideObservation => ({
  phases: null,
  firstMediaMs: null,
  node: null,
  addressFamily: null,
  selectedPair: null,
  refusal: null,
  loss: null,
  others: [],
  tracks: [],
});

/** Sides that a probe has: the caller of an agent is alone. */
export const sidesOf = ({ agentCall }: Pick<ProbeModule, 'agentCall'>): readonly Side[] =>
  agentCall === null ? SIDES : ['a'];

/** Identity of a side in the room. */
export const identityOf = (side: Side): string => `swarm-probe-${side}`;

export const otherOf = (side: Side): Side => (side === 'a' ? 'b' : 'a');

/** Observations of an agent before it joins. */
export const noAgent = (): AgentObservation => ({
  joinedMs: null,
  publishedMs: null,
  readyMs: null,
  answer: null,
  isOver: false,
  job: null,
});
