import { SPEECH_SAMPLE_RATE } from '@livekit-swarm/webrtc';
import { loadUtterances } from '../client/utterances.ts';
import type { PageConversation, PageEvent } from './page-protocol.ts';

/** Audio of a caller in the form that its page needs. */
export const pageConversation = (): PageConversation => ({
  utterances: loadUtterances().map((samples) => Buffer.from(samples.buffer).toString('base64')),
  sampleRate: SPEECH_SAMPLE_RATE,
});

/**
 * Event of a page with times of the run's clock, which is that of another host if the run has
 * several. @param aheadMs time of that clock minus the time of this host, which the page reads
 */
export const onRunClock = (event: PageEvent, aheadMs: number): PageEvent => {
  switch (event.type) {
    case 'voice_began':
      return { ...event, at: event.at + aheadMs };
    case 'voice_ended':
    case 'spoken': {
      const { from, to } = event.voice;
      return { ...event, voice: { from: from + aheadMs, to: to + aheadMs } };
    }
    default:
      return event;
  }
};
