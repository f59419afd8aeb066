/** Date and time, UTC: `2026-07-28 09:15:00`. */
export const timeText = (ms: number): string =>
  new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

/** Time of day, UTC: `09:15:00`. */
export const clockText = (ms: number): string => new Date(ms).toISOString().slice(11, 19);
