/** Two participants of one kind of client in one room, which publish and receive audio and video. */

/** Packets or frames that one participant has received from the other so far. */
export interface Received {
  audio: number;
  video: number;
  messages: number;
}

/** Number of reports of the client itself, both participants together. */
export interface Reports {
  resumed: number;
  reconnected: number;
  disconnected: number;
}

export interface PairState {
  received: [Received, Received];
  reports: Reports;
}

export interface Pair extends AsyncDisposable {
  /** Joins the room as both participants, and publishes. @throws Error when one cannot */
  join(url: string, tokens: readonly [string, string]): Promise<void>;
  /** Sends one reliable message from each to the other. */
  say(): Promise<void>;
  read(): Promise<PairState>;
}

/** Kind of client under test. */
export interface TestedClient {
  /** Name in the table: `livekit-client 2.13.8`. */
  name: string;
  open(): Promise<Pair>;
}
