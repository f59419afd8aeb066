import { hinted, quote, suggest, usageError } from '@livekit-swarm/settings';
import { z } from 'zod';
import { actionSourceOf } from '../actions/action-spec.ts';
import { TRACK_HINT, TRACKS_BY_WORD, track, trackForm } from '../track-file.ts';
import { type Kind, type TrackPlan, trackPlanSchema } from '../track-plan.ts';
import { defineRoleKey, type Profiles } from './definition.ts';

const LIST_HINT = 'write [audio, { video: 720p, codec: vp8, simulcast: true }]';

/**
 * Schema of a publication: a word (`audio`, `video`, `screen`, or a profile of the file) or a track
 * with its properties.
 */
const item = z.union([z.string(), track], {
  error: hinted('must be a track or a profile', TRACK_HINT),
});

/** Schema of one track or profile, or of several. */
export const published = z
  .union([z.string(), z.array(item)], {
    error: hinted('must be a profile or a list of tracks', LIST_HINT),
  })
  .meta({
    id: 'publish',
    samples: [
      'audio',
      ['audio', { video: '720p', codec: 'vp8', simulcast: true }],
      ['audio', { screen: '1080p', bitrate: '4Mbit/s' }],
      [{ audio: 'music', bitrate: '192kbit/s' }],
      [{ audio: 'speech', dtx: true }],
      [{ media: 'station.ogg' }, { media: 'slides.mp4', as: 'screen' }],
    ],
  });

type Published = z.output<typeof published>;

/** Word for no track at all. */
const NOTHING = 'none';

/** Values of `publish`, which no profile can have as its name. */
export const TRACK_WORDS = ['audio', 'video', 'screen', NOTHING] as const;

export const noSuchProfile = (
  given: string,
  profiles: readonly string[],
): { message: string; hint: string } => ({
  message: `${quote(given)} is neither a track nor a profile of this file`,
  hint: suggest(given, [...TRACK_WORDS, ...profiles], 'available:'),
});

/** Tracks of `publish`. `unknown` is called for a value that is neither a track nor a profile. */
export const tracksOf = (
  given: Published,
  profiles: Profiles,
  unknown: (name: string, index: number | null) => void = () => {},
): TrackPlan[] => {
  const one = (item: string | TrackPlan, index: number | null): readonly TrackPlan[] => {
    if (typeof item !== 'string') return [item];
    const word = Object.hasOwn(TRACKS_BY_WORD, item) ? TRACKS_BY_WORD[item] : undefined;
    if (word !== undefined) return [word];
    const profile = Object.hasOwn(profiles, item) ? profiles[item] : undefined;
    if (profile === undefined) unknown(item, index);
    return profile ?? [];
  };
  if (given === NOTHING) return [];
  return typeof given === 'string' ? [...one(given, null)] : given.flatMap(one);
};

export const ONE_OF_EACH =
  'a participant publishes at most one microphone, one camera and one screen';

/** Source that two tracks have; null: none. */
export const repeatedSource = (tracks: readonly TrackPlan[]): string | null =>
  tracks.map(actionSourceOf).find((source, index, all) => all.indexOf(source) < index) ?? null;

/** Tracks that each participant publishes when it joins. */
export const publish = defineRoleKey({
  name: 'publish',
  file: published
    .default([])
    .describe(
      'Tracks that each of them publishes: a track, a profile, or a list of them. Default: nothing.',
    ),
  settings: z.array(trackPlanSchema),
  plan: 'same',
  read: (given, { profiles }) => tracksOf(given, profiles),
  write: (settings) => (settings.length > 0 ? settings.map(trackForm) : undefined),
  check: (given, { at, tracks, profiles, complain }) => {
    tracksOf(given, profiles, (name, index) => {
      const { message, hint } = noSuchProfile(name, Object.keys(profiles));
      complain([...at, 'publish', ...(index === null ? [] : [index])], message, hint);
    });
    const twice = repeatedSource(tracks);
    if (twice !== null) complain([...at, 'publish'], `has ${twice} twice`, ONE_OF_EACH);
  },
});

const ALLOWED = 'write audio, video, audio,video or none';

/**
 * Read the tracks that each participant publishes: `audio`, `video`, `audio,video`, `none`.
 * @throws SwarmError `usage`
 */
export const parsePublish = (text: string): Kind[] => {
  const words = text.split(',').map((word) => word.trim());
  if (words.length === 1 && words[0] === 'none') return [];
  for (const word of words) {
    if (word === 'none') throw usageError('"none" cannot be combined with a track', ALLOWED);
    if (word !== 'audio' && word !== 'video')
      throw usageError(`"${word}" cannot be published`, ALLOWED);
  }
  const kinds: Kind[] = ['audio', 'video'];
  return kinds.filter((kind) => words.includes(kind));
};
