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

/** Results since they were last taken. */
export class RecentResults {
  #calls: RpcResult[] = [];
  #streams: StreamResult[] = [];

  onCall(result: RpcResult): void {
    this.#calls.push(result);
  }

  onStream(result: StreamResult): void {
    this.#streams.push(result);
  }

  /** Take the results; absent: there are none. */
  take(): { calls?: RpcResult[]; streams?: StreamResult[] } {
    const [calls, streams] = [this.#calls, this.#streams];
    [this.#calls, this.#streams] = [[], []];
    return { ...(calls.length > 0 && { calls }), ...(streams.length > 0 && { streams }) };
  }
}
