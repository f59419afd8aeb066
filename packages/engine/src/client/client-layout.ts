import { type ParticipantPlan, tileSize } from '@livekit-swarm/scenario';

/** What a client subscribes to. */
export interface ClientLayout {
  audio: boolean;
  /** How many videos are received at most; null: all. */
  videos: number | null;
  /** Of a tile; null: as large as they are sent. */
  tile: { width: number; height: number } | null;
}

/** What a participant of the plan receives, for its client. */
export const clientLayout = ({
  subscribe,
  layout,
}: Pick<ParticipantPlan, 'subscribe' | 'layout'>): ClientLayout => {
  if (!subscribe) return { audio: false, videos: 0, tile: null };
  switch (layout.type) {
    case 'all':
      return { audio: true, videos: null, tile: null };
    case 'speaker':
      return { audio: true, videos: 1, tile: null };
    case 'grid':
      return { audio: true, videos: layout.tiles, tile: tileSize(layout.tiles) };
    case 'audio-only':
      return { audio: true, videos: 0, tile: null };
    case 'none':
      return { audio: false, videos: 0, tile: null };
  }
};
