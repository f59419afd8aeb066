/** Where something stands, in percent of a picture: pictures grow with the page, and their text does not. */
export const percent = (part: number, whole: number): string =>
  `${Number((whole > 0 ? Math.min(100, Math.max(0, (part / whole) * 100)) : 0).toFixed(3))}%`;
