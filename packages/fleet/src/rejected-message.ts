/**
 * Reason for the rejection of a message of the queue. `signature`: the key of the fleet did not
 * sign it for this place; `form`: it does not have the form of a message; `claim`: its run does not
 * hold the claim of this agent; `sender`: its sender takes no part in the run; `repeated`: the
 * agent has answered it before.
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
