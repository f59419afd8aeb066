import type { BeaconReport, StreamReport } from '@livekit-swarm/beacon/payload';

/** Object after its validation: the named properties exist, all others may be undefined. */
type Validated<T, Required extends keyof T> = Pick<T, Required> & {
  readonly [Name in Exclude<keyof T, Required>]?: T[Name] | undefined;
};

/** Validated stream of a report. */
export type CountedStream = Validated<StreamReport, 'direction' | 'kind' | 'expectedMs'>;

/** Validated report of a browser. */
export type CountedReport = Validated<Omit<BeaconReport, 'streams'>, 'seq' | 'ms'> & {
  streams: readonly CountedStream[];
};

/** Accepted reports of one request with the values that were counted, oldest first. */
export interface CountedReports {
  /** Room and identity that the token of the request names. */
  holder: { readonly room: string; readonly identity: string };
  /** Random id of the connection to the room. */
  session: string;
  reports: readonly CountedReport[];
  /** SDK of the page, as the value of a label. */
  sdk: string;
  /** Browser of the page, as the value of a label. */
  browser: string;
}
