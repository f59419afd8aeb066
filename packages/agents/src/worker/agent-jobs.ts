import type { Answers } from '@livekit-swarm/scenario';

/** Job of a worker: an agent that joins a room. */
export interface AgentJob {
  id: string;
  room: string;
  url: string;
  token: string;
  answers: Answers;
}

/** Event of an agent. */
export type AgentEvent =
  | { event: 'answered' | 'stopped'; jobId: string; afterMs: number }
  /** The agent has left its room. `error`: null: as intended. */
  | { event: 'ended'; jobId: string; error: string | null }
  /** The process of the job has ended without a word: the server does not know it yet. */
  | { event: 'died'; jobId: string; message: string };

/** Agents of a worker in their rooms: in one process, or each in its own. */
export interface AgentJobs {
  /** Join the room of a job. The end is an event. */
  start(job: AgentJob): void;
  /** Leave the room of a job soon. No effect if it has ended. */
  end(jobId: string): void;
  /** Leave all rooms. No event follows. */
  close(): Promise<void>;
}
