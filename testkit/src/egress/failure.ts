/**
 * Failures that the stand-in plays. Public issues of livekit/egress report each of them for the
 * real service, or its effect on the file.
 */
export const EGRESS_FAILURES = [
  /** No worker accepts: all are full. */
  'refuses',
  /** STARTING for ever. */
  'never_starts',
  /** ABORTED before it was active. */
  'aborted',
  /** FAILED while it was active. */
  'failed',
  /** The worker dies: ACTIVE for ever, and a file without an end. */
  'dies',
  /** COMPLETE before it was stopped. */
  'ends_early',
  /** COMPLETE, but the beginning is missing. */
  'starts_late',
  /** COMPLETE, but there is no file. */
  'no_file',
  /** COMPLETE, but the file is empty, or truncated. */
  'empty_file',
  'truncated_file',
  /** COMPLETE, but the contents are wrong. */
  'av_offset',
  'no_audio',
  'black',
] as const;

export type EgressFailure = (typeof EGRESS_FAILURES)[number];
