import type { PlannedHost, Progress, RunOptions } from '@livekit-swarm/runner';
import type { Scenario } from '@livekit-swarm/scenario';
import type { AnnouncedLoad } from './announced-load.ts';
import type { Target } from './target.ts';

/** An event of a run for its observer; text is made by the caller. */
export type RunEvent =
  | { type: 'starting'; scenario: Scenario; target: Target }
  /** The load exceeds what this host generates: the run will probably be inconclusive. */
  | { type: 'too_large'; planned: PlannedHost }
  /** Load that will leave this host and its network. */
  | { type: 'load_announced'; load: AnnouncedLoad }
  /** A line of a long step, such as a build. */
  | { type: 'preparing'; line: string }
  | { type: 'hosts_reserved'; hosts: readonly { host: string; cores: number }[]; processes: number }
  /** Rooms that the run created could not be deleted. */
  | { type: 'rooms_left'; count: number }
  /** Streams of ingress that the run created could not be deleted. */
  | { type: 'ingresses_left'; count: number };

/** The caller's view of a run. */
export interface RunObserver {
  onEvent(event: RunEvent): void;
  /** Called about once a second. */
  onProgress(progress: Progress): void;
  /** Called when the run has ended, or could not be started, before its servers are stopped. */
  onEnd(): void;
  /** Called with every line of the record. */
  onLine?: NonNullable<RunOptions['onLine']>;
  /** Called when the first join is scheduled. */
  onStart?: NonNullable<RunOptions['onStart']>;
}
