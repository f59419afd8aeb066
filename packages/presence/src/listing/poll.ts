/** An answer of the API to the question who is in a room. */
export interface Poll {
  room: string;
  /** Times of request and answer, ms after the start of the run. */
  requestedAtMs: number;
  answeredAtMs: number;
  /** Null: the API did not answer. */
  identities: ReadonlySet<string> | null;
}
