/** Unix time minus the clock of the page, ms. */
const OFFSET_MS = Date.now() - performance.now();

/** Unix time of a time of the page's clock, ms. */
export const unixTime = (at: number): number => OFFSET_MS + at;
