import { decimal, durationText, rateText } from './language/write/texts.ts';
import { formatLayout } from './layout.ts';
import type { LoadSpec } from './load-spec.ts';
import { DEFAULT_LOAD_SPEC } from './load-spec.ts';

/** The flags of `swarm` that say the same, those left out that say the default: `['--rooms', '500', '--duration', '60s']`. */
export const flagsOfLoad = (load: LoadSpec): string[] => {
  const video = load.publish.includes('video');
  const differs = (field: keyof LoadSpec): boolean =>
    JSON.stringify(load[field]) !== JSON.stringify(DEFAULT_LOAD_SPEC[field]);
  return [
    // A room with a name is one room.
    ...(load.room === null
      ? given(differs('rooms'), '--rooms', String(load.rooms))
      : given(true, '--room', load.room)),
    ...given(load.room === null && differs('roomPrefix'), '--room-prefix', load.roomPrefix),
    ...given(differs('participants'), '--participants', String(load.participants)),
    ...given(differs('subscribers'), '--subscribers', String(load.subscribers)),
    ...given(
      differs('publish'),
      '--publish',
      load.publish.length === 0 ? 'none' : load.publish.join(','),
    ),
    ...given(video && differs('video'), '--video', load.video),
    ...given(video && differs('codec'), '--codec', load.codec),
    ...(video && load.simulcast ? ['--simulcast'] : []),
    ...given(differs('layout'), '--layout', formatLayout(load.layout)),
    ...(load.data === null ? [] : given(true, '--data-rate', dataRate(load.data))),
    ...given(differs('joinRate'), '--join-rate', decimal(load.joinRate)),
    ...given(differs('durationMs'), '--duration', durationText(load.durationMs)),
  ];
};

const given = (needed: boolean, flag: string, value: string): string[] => {
  if (!needed) return [];
  // What begins like a flag would be taken for one.
  return value.startsWith('-') ? [`${flag}=${value}`] : [flag, value];
};

const dataRate = ({ messagesPerSecond, bytes, reliable }: NonNullable<LoadSpec['data']>): string =>
  `${rateText(messagesPerSecond)}:${bytes}B:${reliable ? 'reliable' : 'lossy'}`;

/** Words as a shell reads them back, in one line. */
export const shellLine = (words: readonly string[]): string =>
  words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');
