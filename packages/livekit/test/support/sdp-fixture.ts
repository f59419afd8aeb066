import { readFileSync } from 'node:fs';

/**
 * Session descriptions captured on the wire: an answer of livekit-server 1.13.4 to this engine
 * (single peer connection), an offer of 1.11.0 for the subscriber's peer connection (dual), and an
 * offer of Chromium, set up like livekit-client.
 */
export const sdpFixture = (
  name: 'answer-v1-1.13.4' | 'offer-v0-1.11.0' | 'offer-chromium',
): string => readFileSync(new URL(`sdp/${name}.sdp`, import.meta.url), 'utf8');
