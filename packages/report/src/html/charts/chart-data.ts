/** The data that the script of the page draws: plain JSON. */

export type Unit = 'ms' | 'share' | 'bits' | 'bytes' | 'cores' | 'count' | 'perSecond';

/** Colours by meaning; the style sheet defines them, light and dark. */
export type Color =
  | 'audio'
  | 'video'
  | 'data'
  | 'good'
  | 'bad'
  | 'unsure'
  | 'plain'
  | 'base'
  | `step-${number}`;

/** Points of a line. */
export interface SeriesPoints {
  values: (number | null)[];
  /** Highest and lowest single second of each point, where a point is more than a second. */
  high?: (number | null)[];
  low?: (number | null)[];
}

export interface SeriesData extends SeriesPoints {
  label: string;
  color: Color;
  /** Solid lines are the subject of the chart; dashed and thin ones are additional. */
  look: 'solid' | 'dashed' | 'thin' | 'area';
}

export interface ChartData {
  id: string;
  unit: Unit;
  series: SeriesData[];
  /** Drawn as a line across. */
  limit: number | null;
  /** Each series is stacked on the one before it. */
  stacked: boolean;
}

export interface BandData {
  name: string;
  /** Seconds after the start. */
  from: number;
  to: number;
}

export interface MarkData {
  at: number;
  text: string;
}

/** Session of a participant, as texts. */
export interface SessionData {
  facts: [term: string, value: string][];
  tracks: string[][];
  /** Number of tracks that are left out; empty: none. */
  moreTracks: string;
  /** Connection states with begin and length in percent of the run. */
  states: [state: string, from: number, length: number][];
  events: [time: string, tone: string, text: string, detail: string][];
  moreEvents: string;
}

/** Sessions of the participants in the order of their table, as far as the page has them. */
export interface SessionsData {
  /** Folder of the record; null: there is none. */
  record: string | null;
  /** Head of the tables of tracks. */
  head: string[];
  sessions: SessionData[];
}

export interface PageData {
  /** Seconds between two points. */
  step: number;
  /** Number of points; point i covers the seconds from `i * step` on. */
  points: number;
  bands: BandData[];
  marks: MarkData[];
  charts: ChartData[];
}
