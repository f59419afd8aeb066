/** A participant of kind SIP, as the API shows it. Times are ms since 1970. */
export interface RoomFacts {
  identity: string;
  room: string;
  /** The first answer with it. */
  seenAtMs: number;
  /** Request of the round before: the participant joined between these times. */
  notBeforeMs: number;
}
