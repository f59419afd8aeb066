/** Result of a call, as the participant that made it measured it. */
export interface RpcResult {
  /** Time from the call to its answer, ms; null: it failed. */
  ms: number | null;
  /** Code of the failure in LiveKit's RPC; 0: another failure, such as a wrong answer. */
  code: number;
}

/** Result of a stream, as a participant that received it measured it. */
export interface StreamResult {
  kind: 'bytes' | 'text';
  bytes: number;
  /** Time from its beginning to its last byte, ms; null: it did not arrive whole. */
  ms: number | null;
}
