import { SPEECH_SAMPLE_RATE } from '@livekit-swarm/webrtc';
import { loadUtterances } from '../client/utterances.ts';
import type { PageConversation } from './page-protocol.ts';

/** Audio of a caller in the form that its page needs. */
export const pageConversation = (): PageConversation => ({
  utterances: loadUtterances().map((samples) => Buffer.from(samples.buffer).toString('base64')),
  sampleRate: SPEECH_SAMPLE_RATE,
});
