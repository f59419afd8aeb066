import type { RepeatResult } from '@livekit-swarm/chaos';

/** What a part of the page is called by those who cannot see where it stands. @param of repeats on the page */
export const partLabel = (
  what: string,
  { number }: Pick<RepeatResult, 'number'>,
  of: number,
): string => (of > 1 ? `${what}, repeat ${number}` : what);
