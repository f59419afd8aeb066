const pad = (value: number): string => String(value).padStart(2, '0');

/** A moment of the run, as a stopwatch shows it: `0:07`, `12:34`, `1:02:03`. */
export const clock = (ms: number): string => {
  const seconds = Math.floor(Math.abs(ms) / 1_000);
  const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `${ms < 0 ? '−' : ''}${h > 0 ? `${h}:${pad(m)}` : m}:${pad(s)}`;
};

/** A moment to the tenth of a second: `0:07.3`. */
export const preciseClock = (ms: number): string =>
  `${clock(ms)}.${Math.floor((Math.abs(ms) % 1_000) / 100)}`;
