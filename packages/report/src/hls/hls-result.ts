import type { Audience, AudienceJudgement, StreamFacts } from '@livekit-swarm/hls';
import type { ExitCode } from '@livekit-swarm/settings';

/** The result of `swarm hls`. */
export interface HlsResult {
  /** Address of the stream, without query and credentials. */
  url: string;
  /** Listeners that were asked for. */
  listeners: number;
  stream: StreamFacts;
  audience: Audience;
  judgement: AudienceJudgement;
  exitCode: ExitCode;
}
