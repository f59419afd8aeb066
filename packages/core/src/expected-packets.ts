import type { ParticipantPlan, Plan, Resolution, TrackPlan } from './plan.ts';

/** Opus with 20 ms frames. */
const AUDIO_PACKETS = 50;

/** Packets a second of a video at the bit rate LiveKit's client publishes it with (160, 450, 800, 1,700, 3,000 kbit/s), 1,100 bytes a packet. */
const VIDEO_PACKETS: Record<Resolution, number> = { '180p': 20, '360p': 50, '540p': 90, '720p': 190, '1080p': 340 };

/** Simulcast sends a quarter and a sixteenth of the pixels, too. */
const SIMULCAST_FACTOR = 1.4;

/** Even somebody who neither sends nor receives costs keep-alives and consent checks. */
const IDLE_PACKETS = 2;

const sent = (track: TrackPlan): number =>
  track.kind === 'audio' ? AUDIO_PACKETS : VIDEO_PACKETS[track.resolution] * (track.simulcast ? SIMULCAST_FACTOR : 1);

/** Packets a second, sent and received, that a participant is expected to cost. For balancing work, not for judging. */
export const expectedPackets = (participant: ParticipantPlan, resolution: Resolution): number =>
  IDLE_PACKETS +
  participant.publish.reduce((sum, track) => sum + sent(track), 0) +
  participant.data.reduce((sum, data) => sum + data.messagesPerSecond, 0) +
  participant.expects.audio * AUDIO_PACKETS +
  participant.expects.video * VIDEO_PACKETS[resolution];

/** The largest video that anybody publishes. */
export const largestVideo = ({ scenario }: Pick<Plan, 'scenario'>): Resolution => {
  const published = scenario.groups.flatMap(({ roles }) => roles.flatMap(({ publish }) => publish));
  const sizes = published.flatMap((track) => (track.kind === 'video' ? [track.resolution] : []));
  return sizes.reduce((most, size) => (VIDEO_PACKETS[size] > VIDEO_PACKETS[most] ? size : most), '180p');
};
