/**
 * Place of a message in the queue. A signature for one place is not valid in another: see
 * `fleet-key.ts`.
 */
export type Place = readonly [kind: string, ...rest: (string | number)[]];

/** Agent between two runs: its name, and the ticket of its next run. */
export interface Ticket {
  agent: string;
  ticket: string;
}

export const factsPlace = (agent: string): Place => ['facts', agent];

export const claimPlace = ({ agent, ticket }: Ticket): Place => ['claim', agent, ticket];

export const invitationPlace = ({ agent, ticket }: Ticket): Place => ['invitation', agent, ticket];

export const beatPlace = (run: string): Place => ['beat', run];

export const jobPlace = (run: string): Place => ['job', run];

/**
 * Place of an entry in a stream.
 * @param ticket ticket of the agent at one end of the stream
 */
export const entryPlace = (
  stream: string,
  { name, ticket }: { name: string; ticket: string },
  number: number,
): Place => ['entry', stream, ticket, name, number];

/** Sender name of a coordinator's commands. */
export const COORDINATOR = 'coordinator';
