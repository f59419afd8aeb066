import type { BeaconReport, StreamReport } from '@livekit-swarm/beacon/payload';

/** An object after its validation: the named members are there, all others may be undefined. */
type Validated<T, Required extends keyof T> = Pick<T, Required> & {
  readonly [Name in Exclude<keyof T, Required>]?: T[Name] | undefined;
};

/** A validated stream of a report. */
export type CountedStream = Validated<StreamReport, 'direction' | 'kind' | 'expectedMs'>;

/** A validated report of a browser. */
export type CountedReport = Validated<Omit<BeaconReport, 'streams'>, 'seq' | 'ms'> & {
  streams: readonly CountedStream[];
};

/** Reports of one request that were counted, as they were counted, oldest first. */
export interface CountedReports {
  /** Room and identity that the token of the request names. */
  holder: { readonly room: string; readonly identity: string };
  /** Random, of the connection to the room. */
  session: string;
  reports: readonly CountedReport[];
  /** Label value. */
  sdk: string;
  /** Label value. */
  browser: string;
}
