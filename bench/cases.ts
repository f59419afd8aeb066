/** Header, extensions and tag around an RTP payload: 12 + 16 + 16 bytes. */
export const OVERHEAD_BYTES = 44;

export interface Case {
  name: string;
  /** Everybody in the run, so sockets. */
  participants: number;
  flags: string[];
}

const audio = (participants: number): Case => ({
  name: `audio, ${participants} participants`,
  participants,
  flags: ['--rooms', String(participants / 2), '--participants', '2', '--publish', 'audio', '--join-rate', '100'],
});

/** Fifty to a stage: two publishers that are few beside those who watch. */
const video = (subscribers: number): Case => ({
  name: `720p video, ${subscribers} subscribers`,
  participants: subscribers + subscribers / 50,
  flags: [
    ...['--rooms', String(subscribers / 50), '--participants', '1', '--subscribers', '50'],
    ...['--publish', 'video', '--video', '720p', '--join-rate', '100'],
  ],
});

export const CASES: Case[] = [audio(100), audio(200), audio(500), audio(1000), video(100)];
