/** How rooms come and go: one kind of executor each, named and meant as k6's where the meaning is the same, with rooms for virtual users. */

export type ExecutorSpec =
  | ConstantRooms
  | RampingRooms
  | ConstantArrivalRate
  | RampingArrivalRate
  | PerRoomChurn
  | Timetable;

/** So many rooms from the beginning to the end. `durationMs` counts from when the last participant was due. */
export interface ConstantRooms {
  type: 'constant-rooms';
  rooms: number;
  /** Joins a second, over all rooms of the group. */
  joinRate: number;
  durationMs: number;
}

/** Rooms open and close so that their number follows straight lines from stage to stage. */
export interface RampingRooms {
  type: 'ramping-rooms';
  startRooms: number;
  stages: Stage[];
}

/** `rate` new rooms every `timeUnitMs`, however many are still open: an open model. */
export interface ConstantArrivalRate {
  type: 'constant-arrival-rate';
  rate: number;
  timeUnitMs: number;
  durationMs: number;
  /** How long a room stays open. */
  roomDuration: Span;
  /** More than so many at a time are not opened, but counted as dropped. Null: no limit. */
  maxRooms: number | null;
}

/** As before, with the rate following straight lines from stage to stage. */
export interface RampingArrivalRate {
  type: 'ramping-arrival-rate';
  startRate: number;
  timeUnitMs: number;
  stages: Stage[];
  roomDuration: Span;
  maxRooms: number | null;
}

/** So many rooms all the time, in which people come and go: each place is taken by somebody for a stay, is empty for a pause, and taken by somebody new. */
export interface PerRoomChurn {
  type: 'per-room-churn';
  rooms: number;
  joinRate: number;
  /** From when every place had been taken once. */
  durationMs: number;
  stay: Span;
  pause: Span;
}

/** Lessons that begin by the clock. */
export interface Timetable {
  type: 'timetable';
  lessons: Lesson[];
}

export interface Lesson {
  /** Label in reports; a stage of the run. */
  name: string;
  atMs: number;
  rooms: number;
  /** Everybody arrives within this time, evenly spread by chance. */
  fillMs: number;
  /** From `atMs` until all leave. */
  durationMs: number;
}

export interface Stage {
  /** Label in reports and for thresholds (`@NAME`); unique in the scenario. */
  name: string;
  durationMs: number;
  /** Rooms, or rooms per time unit, at the end of the stage. */
  target: number;
}

/** A time that may be drawn by chance. */
export type Span =
  | { distribution: 'constant'; ms: number }
  | { distribution: 'uniform'; minMs: number; maxMs: number }
  | { distribution: 'exponential'; meanMs: number }
  | { distribution: 'lognormal'; medianMs: number; sigma: number };
