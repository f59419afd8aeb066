import { type ParticipantPlan, tileSize } from '@livekit-swarm/scenario';

/** Media that a client subscribes to. */
export interface ClientLayout {
  audio: boolean;
  /** Largest number of videos that are received; null: all. */
  videos: number | null;
  /** Size of a tile, pixels; null: videos are received at full size. */
  tile: { width: number; height: number } | null;
}

/** Layout of a plan's participant in the form that its client needs. */
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
