/** Times to the microsecond: more than packets are stamped with. Shares and rates to six digits. */
const TIME = /(?:Ms|At)$|^(?:at|p50|p95|max|min|median)$/;
const MICROSECONDS = 1_000;

/** What a URL may tell, and must not: `redis://:password@host`. */
const USER_OF_URL = /([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi;

/** A plain value as JSON can hold it and people can read it: no NaN, no digits that nobody measured, no passwords in addresses. */
export const tidy = (value: unknown, key = ''): unknown => {
  if (typeof value === 'number') return tidyNumber(value, key);
  if (typeof value === 'string') return value.replaceAll(USER_OF_URL, '$1');
  if (Array.isArray(value)) return value.map((inner) => tidy(inner, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, tidy(inner, name)]),
  );
};

const tidyNumber = (value: number, key: string): number | null => {
  if (!Number.isFinite(value)) return null;
  if (Number.isSafeInteger(value)) return value;
  return TIME.test(key)
    ? Math.round(value * MICROSECONDS) / MICROSECONDS
    : Number(value.toPrecision(6));
};

/** Keys of livekit-server's configuration whose values are nobody's business. */
const SECRET = /^keys$|secret|password|credential|token|api_?key/i;

/** The same configuration without what opens doors. */
export const withoutSecretValues = (
  config: Readonly<Record<string, unknown>>,
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      SECRET.test(key) ? '(not shown)' : inside(value),
    ]),
  );

const inside = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(inside);
  return typeof value === 'object' && value !== null
    ? withoutSecretValues(value as Record<string, unknown>)
    : value;
};
