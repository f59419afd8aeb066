/** JSON knows neither NaN nor infinity: they become null. Six digits are more than any measurement here is worth. */
export const finite = (value: number | null | undefined): number | null =>
  value === null || value === undefined || !Number.isFinite(value)
    ? null
    : Number(value.toPrecision(6));

/** The same for everything inside of a plain value. Whole numbers stay exact. */
export const finiteDeep = (value: unknown): unknown => {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : finite(value);
  if (Array.isArray(value)) return value.map(finiteDeep);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, finiteDeep(inner)]));
};
