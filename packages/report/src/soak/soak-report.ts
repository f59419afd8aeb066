import type { ServerSoakResult } from '@livekit-swarm/analysis/soak';

/** A soak of one server as a document. */
export interface SoakReport extends ServerSoakResult {
  schema: 'livekit-swarm/soak/1';
}
