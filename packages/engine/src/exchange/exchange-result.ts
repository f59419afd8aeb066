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

/** Frames on data tracks since the last reading of a participant. */
export interface FrameResult {
  sent: number;
  dropped: number;
  received: number;
  reordered: number;
  lost: number;
  tracks: number;
  silent: number;
  /** Times from the sending of each received frame to its receipt, ms. */
  latencies: number[];
}

export const noFrames = (): FrameResult => ({
  ...{ sent: 0, dropped: 0, received: 0, reordered: 0, lost: 0, tracks: 0, silent: 0 },
  latencies: [],
});

/** Results since they were last taken. */
export class RecentResults {
  #calls: RpcResult[] = [];
  #streams: StreamResult[] = [];
  #frames: FrameResult = noFrames();

  onCall(result: RpcResult): void {
    this.#calls.push(result);
  }

  onStream(result: StreamResult): void {
    this.#streams.push(result);
  }

  /** Frames since the last reading, for those who count them. */
  get frames(): FrameResult {
    return this.#frames;
  }

  /** Take the results; absent: there are none. */
  take(): { calls?: RpcResult[]; streams?: StreamResult[]; frames?: FrameResult } {
    const [calls, streams, frames] = [this.#calls, this.#streams, this.#frames];
    [this.#calls, this.#streams, this.#frames] = [[], [], noFrames()];
    const { sent, received, lost, tracks, silent } = frames;
    const hasFrames = sent + received + lost + tracks + silent > 0;
    return {
      ...(calls.length > 0 && { calls }),
      ...(streams.length > 0 && { streams }),
      ...(hasFrames && { frames }),
    };
  }
}
