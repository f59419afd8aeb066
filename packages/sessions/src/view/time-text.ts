/** `2026-07-28 09:15:00`, UTC. */
export const timeText = (ms: number): string =>
  new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

/** `09:15:00`, UTC. */
export const clockText = (ms: number): string => new Date(ms).toISOString().slice(11, 19);
