/** Times are rounded to microseconds; shares and rates to six significant digits. */
const TIME = /(?:Ms|At)$|^(?:at|p50|p95|max|min|median)$/;
const MICROSECONDS = 1_000;

/** Credentials in a URL: `redis://:password@host`. */
const USER_OF_URL = /([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi;

/** A plain value for JSON: no NaN, no meaningless digits, no credentials in URLs. */
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

/** Keys of livekit-server's configuration whose values are secret. */
const SECRET = /^keys$|secret|password|credential|token|api_?key/i;

/** The same configuration with its secret values replaced. */
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
