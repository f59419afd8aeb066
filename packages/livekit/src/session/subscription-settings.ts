import { type Layout, tileSize } from '@livekit-swarm/scenario';
import type { ResponseCase } from '../signal/message-case.ts';
import type { RemoteTrack } from './room-view.ts';

/** Settings of a subscriber for one track. Width and height in pixels, 0 for audio. */
export interface SubscriptionSettings {
  subscribed: boolean;
  /** Subscribed but not sent at present, such as a video that is not on the screen. */
  disabled: boolean;
  width: number;
  height: number;
}

/**
 * Settings of the join request. Never adaptiveStream: with it livekit-server forgets at binding
 * that a track was disabled, and waits for an element's visibility; sizes are sent per track
 * anyway.
 */
export const trackSettings = (
  layout: Layout,
): { autoSubscribe: boolean; adaptiveStream: boolean } => ({
  autoSubscribe: layout.type === 'all' || layout.type === 'speaker' || layout.type === 'grid',
  adaptiveStream: false,
});

/** Settings by the server's default: with auto-subscribe, only differences are requested. */
export const defaultSubscriptionSettings = (layout: Layout): SubscriptionSettings => ({
  subscribed: trackSettings(layout).autoSubscribe,
  disabled: false,
  width: 0,
  height: 0,
});

/**
 * Visible videos: all, that of the speaker, or the first ones of the grid, where a speaker outside
 * them takes the last tile.
 * @param videos in the order in which they appeared
 * @param speaker sid of a participant; null: no speaker yet
 */
export const visibleVideos = (
  layout: Layout,
  videos: readonly RemoteTrack[],
  speaker: string | null,
): ReadonlySet<string> => {
  if (layout.type === 'all') return new Set(videos.map(({ sid }) => sid));
  const tiles = layout.type === 'grid' ? layout.tiles : layout.type === 'speaker' ? 1 : 0;
  const shown = videos.slice(0, tiles);
  const spoken = videos.find(({ participantSid }) => participantSid === speaker);
  if (spoken !== undefined && tiles > 0 && !shown.includes(spoken))
    shown[shown.length - 1] = spoken;
  return new Set(shown.map(({ sid }) => sid));
};

export const subscriptionSettingsFor = (
  layout: Layout,
  track: RemoteTrack,
  onScreen: ReadonlySet<string>,
): SubscriptionSettings => {
  if (track.kind === 'audio')
    return { ...defaultSubscriptionSettings(layout), subscribed: layout.type !== 'none' };
  const visible = onScreen.has(track.sid);
  switch (layout.type) {
    case 'all':
      return { subscribed: true, disabled: false, width: track.width, height: track.height };
    case 'speaker':
      return {
        subscribed: true,
        disabled: !visible,
        ...(visible ? { width: track.width, height: track.height } : NOTHING),
      };
    case 'grid':
      return {
        subscribed: true,
        disabled: !visible,
        ...(visible ? tileSize(layout.tiles) : NOTHING),
      };
    default:
      return { subscribed: false, disabled: false, ...NOTHING };
  }
};

const NOTHING = { width: 0, height: 0 };

/**
 * Unrequested messages of the server that this layout ignores; only the layout `speaker` needs the
 * speaker.
 * @param hearsSpeakers true when the time of speaker updates is measured
 * @param watchesMedia true when pauses for lack of bandwidth are observed
 */
export const ignoredMessages = (
  { type }: Layout,
  watchesMedia = false,
  hearsSpeakers = false,
): ReadonlySet<ResponseCase> =>
  UNHEARD[type === 'speaker' || hearsSpeakers ? 'speaker' : 'other'][
    watchesMedia ? 'watched' : 'unwatched'
  ];

const GOSSIP: readonly ResponseCase[] = ['connectionQuality', 'roomUpdate'];
const UNHEARD = {
  speaker: {
    watched: new Set<ResponseCase>(GOSSIP),
    unwatched: new Set<ResponseCase>([...GOSSIP, 'streamStateUpdate']),
  },
  other: {
    watched: new Set<ResponseCase>([...GOSSIP, 'speakersChanged']),
    unwatched: new Set<ResponseCase>([...GOSSIP, 'speakersChanged', 'streamStateUpdate']),
  },
};
