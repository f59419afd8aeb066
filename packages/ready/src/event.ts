/** An event that a deployment must carry. */
export interface EventLoad {
  /** Name of the scenario, which states what each participant sends and receives. */
  scenario: string;
  /** Participants at the same time. */
  participants: number;
  /** Participants of the largest room at the same time. */
  largestRoom: number;
  /** True if all participants are in one room: a room is on one node. */
  isOneRoom: boolean;
  /** Unix time, ms. */
  beginsAtMs: number;
  endsAtMs: number;
}
