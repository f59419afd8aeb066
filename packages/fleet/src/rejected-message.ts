/**
 * Why something that was read from the queue is not taken. `signature`: not signed with the key of the fleet for this place; `form`: not of the form that it must
 * have; `claim`: of a run that does not hold the claim of this agent; `sender`: from none that takes part; `repeated`: the agent has answered it before.
 */
export type RejectionCode = 'signature' | 'form' | 'claim' | 'sender' | 'repeated';

export class RejectedMessage extends Error {
  readonly code: RejectionCode;
  constructor(code: RejectionCode, detail?: string) {
    super(`${REJECTION_TEXTS[code]}${detail === undefined ? '' : ` (${detail})`}`);
    this.name = 'RejectedMessage';
    this.code = code;
  }
}

const REJECTION_TEXTS: Record<RejectionCode, string> = {
  signature:
    'it is not signed with the key of this fleet for this place: SWARM_QUEUE_KEY differs, or another program writes to the queue',
  form: 'it does not have the form of a message',
  claim: 'its run does not hold the claim of this host',
  sender: 'its sender takes no part in this run',
  repeated: 'it was answered before',
};
