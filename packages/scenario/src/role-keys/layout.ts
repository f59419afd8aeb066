import { hinted, quote, reading, usageError } from '@livekit-swarm/settings';
import { z } from 'zod';
import { defineRoleKey, type Reading, type Writing } from './definition.ts';

/**
 * Videos that a subscriber displays. `speaker`: one large video, nothing else; `grid`: up to
 * `tiles` videos at the size of a tile. Audio is always received, except with `none`.
 */
export const layoutSchema = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['all', 'speaker', 'audio-only', 'none']) }),
  z.object({ type: z.literal('grid'), tiles: z.number().min(0) }),
]);

export type Layout = z.infer<typeof layoutSchema>;

const ALLOWED = 'write all, speaker, grid:N (as grid:9), audio-only or none';

/** Largest number of tiles, above that of any client: LiveKit's own grid stops at 25. */
export const MAX_TILES = 100;

/**
 * Read a layout: `all`, `speaker`, `grid:9` (or `grid9`), `audio-only`, `none`.
 * @throws SwarmError `usage`
 */
export const parseLayout = (text: string): Layout => {
  const word = text.trim();
  if (word === 'all' || word === 'speaker' || word === 'audio-only' || word === 'none')
    return { type: word };
  if (word === 'grid') throw usageError('a grid needs a number of tiles', 'write grid:9');
  const grid = /^grid:?(-?\d+)$/.exec(word);
  if (grid === null) throw usageError(`${quote(text)} is not a layout`, ALLOWED);
  const tiles = Number(grid[1]);
  if (tiles < 1 || tiles > MAX_TILES)
    throw usageError(`a grid has 1 to ${MAX_TILES} tiles`, ALLOWED);
  return { type: 'grid', tiles };
};

export const formatLayout = (layout: Layout): string =>
  layout.type === 'grid' ? `grid:${layout.tiles}` : layout.type;

/** Number of the `others` videos that a participant with this layout receives. */
export const visibleVideos = (layout: Layout, others: number): number => {
  switch (layout.type) {
    case 'all':
      return others;
    case 'grid':
      return Math.min(layout.tiles, others);
    case 'speaker':
      return Math.min(1, others);
    default:
      return 0;
  }
};

/** Number of the `others` audio tracks that a participant with this layout receives. */
export const audibleTracks = (layout: Layout, others: number): number =>
  layout.type === 'none' ? 0 : others;

/** Screen on which a grid is drawn, pixels. */
const SCREEN = { width: 1280, height: 720 };

/**
 * Size of a video in one of `tiles` tiles: as large as fits in the squarest grid that holds them.
 */
export const tileSize = (tiles: number): { width: number; height: number } => {
  const columns = Math.ceil(Math.sqrt(tiles));
  return { width: Math.floor(SCREEN.width / columns), height: Math.floor(SCREEN.height / columns) };
};

/** The tracks that participants subscribe to. */
export const layout = defineRoleKey({
  name: 'layout',
  file: z
    .string({ error: hinted('must be a layout', 'write all, speaker, grid:4, audio-only or none') })
    .transform(reading(parseLayout))
    .meta({
      pattern: '^\\s*(?:all|speaker|grid:?\\d+|audio-only|none)\\s*$',
      samples: ['all', 'speaker', 'grid:4', 'audio-only', 'none'],
    })
    .optional()
    .describe(
      'Tracks that they subscribe to. speaker: one large video; grid:N: up to N videos in tiles. Audio is always received, except with none. Default: all.',
    ),
  settings: layoutSchema,
  plan: 'same',
  read: (given, { role }: Reading<{ subscribe?: boolean | undefined }>): Layout =>
    given ?? { type: role.subscribe === false ? 'none' : 'all' },
  write: (settings, { role }: Writing<{ subscribe: boolean }>) =>
    role.subscribe && settings.type !== 'all' ? formatLayout(settings) : undefined,
  check: (given, { at, role, complain }) => {
    if (role.subscribe === false && given !== undefined && given.type !== 'none')
      complain([...at, 'layout'], 'has no effect: subscribe is false', 'leave one out', 'key');
  },
});
