import type { Plan, TrackPlan } from '@livekit-swarm/scenario';

/** Variants of a load that send less. */
export const VARIANTS = ['no-simulcast', '360p', 'audio-only'] as const;
export type Variant = (typeof VARIANTS)[number];

/** Sizes that the variant `360p` reduces. */
const LARGER: ReadonlySet<string> = new Set(['540p', '720p', '1080p']);

/**
 * Variant of a plan that publishes less. Files of the user cannot be reduced; shared screens stay
 * readable.
 */
export const variantOf = <P extends Pick<Plan, 'participants'>>(plan: P, variant: Variant): P => ({
  ...plan,
  participants: plan.participants.map((participant) => ({
    ...participant,
    publish: participant.publish.flatMap((track) => changed(track, variant) ?? []),
  })),
});

const changed = (track: TrackPlan, variant: Variant): TrackPlan | null => {
  if (track.kind === 'audio') return track;
  switch (variant) {
    case 'audio-only':
      return null;
    case 'no-simulcast': {
      const { scalabilityMode, ...plain } = track;
      return { ...plain, simulcast: false };
    }
    case '360p':
      return track.source === 'camera' && track.media === undefined && LARGER.has(track.resolution)
        ? { ...track, resolution: '360p' }
        : track;
  }
};

/** Returns true if a plan has video that could be sent differently. */
export const hasVideo = ({ participants }: Pick<Plan, 'participants'>): boolean =>
  participants.some(({ publish }) => publish.some(({ kind }) => kind === 'video'));
