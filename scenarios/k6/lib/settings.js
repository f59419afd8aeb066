// Environment variables of a script. All errors in it are reported before the first join.

/**
 * Longest stay, ms: livekit-server disconnects participants without a media connection after 60 s,
 * and these participants never have one.
 */
export const LONGEST_STAY_MS = 55_000;

/** Time limit of a join, ms. */
export const JOIN_TIMEOUT_MS = 15_000;

/**
 * @typedef {{ durationMs: number, rate: number }} Stage `rate`: joins a second at its end
 * @typedef {object} Settings
 * @property {string} url `ws://host:7880`, without a slash at its end
 * @property {string} apiKey
 * @property {string} apiSecret
 * @property {number} rooms
 * @property {number} rate joins a second; the highest, where it changes
 * @property {number} durationMs in which participants join
 * @property {{ minMs: number, maxMs: number }} stay
 * @property {Stage[] | null} stages only where the script has them, and they were given
 */

/**
 * @param {Record<string, string | undefined>} env
 * @param {{ ROOMS: string, RATE: string, DURATION: string, STAY: string, stages: boolean }}
 * defaults `stages`: whether the script reads STAGES
 * @returns {Settings}
 * @throws Error with what to set
 */
export const readSettings = (env, defaults) => {
  /**
   * @param {'ROOMS' | 'RATE' | 'DURATION' | 'STAY' | 'STAGES' | 'LIVEKIT_URL' | 'LIVEKIT_API_KEY' |
   * 'LIVEKIT_API_SECRET'} name
   */
  const given = (name) => (env[name] ?? '').trim();
  const missing = /** @type {const} */ ([
    'LIVEKIT_URL',
    'LIVEKIT_API_KEY',
    'LIVEKIT_API_SECRET',
  ]).filter((name) => given(name) === '');
  if (missing.length > 0)
    throw new Error(
      `${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} not set: export the address of the server (ws://… or wss://…) and one of its key pairs`,
    );
  if (given('STAGES') !== '') {
    if (!defaults.stages)
      throw new Error('STAGES: this script has one rate throughout; set RATE and DURATION');
    if (given('RATE') !== '' || given('DURATION') !== '')
      throw new Error('STAGES contains rate and duration: set either STAGES, or RATE and DURATION');
  }
  const stages = given('STAGES') === '' ? null : readStages(given('STAGES'));
  return {
    url: readUrl(given('LIVEKIT_URL')),
    apiKey: given('LIVEKIT_API_KEY'),
    apiSecret: given('LIVEKIT_API_SECRET'),
    rooms: readCount('ROOMS', given('ROOMS') || defaults.ROOMS),
    rate:
      stages === null
        ? readCount('RATE', given('RATE') || defaults.RATE)
        : Math.max(...stages.map(({ rate }) => rate)),
    durationMs:
      stages === null
        ? readDuration('DURATION', given('DURATION') || defaults.DURATION)
        : stages.reduce((sum, { durationMs }) => sum + durationMs, 0),
    stay: readStay(given('STAY') || defaults.STAY),
    stages,
  };
};

/** @param {string} text */
const readUrl = (text) => {
  const parts = /^(ws|wss|http|https):\/\/([^/?#\s]+)([^?#\s]*)$/.exec(text);
  // Text before an @ is secret, so the address is not repeated.
  if (parts === null || text.includes('@'))
    throw new Error(
      'LIVEKIT_URL: write it as wss://livekit.example.com or ws://127.0.0.1:7880, without a query or credentials',
    );
  const [, scheme = '', host, path = ''] = parts;
  return `${scheme.replace('http', 'ws')}://${host}${path.replace(/\/+$/, '')}`;
};

/** @param {string} name @param {string} text */
const readCount = (name, text) => {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > 1_000_000)
    throw new Error(`${name}: "${text}" is not a whole number from 1 on`);
  return count;
};

const UNIT_MS = /** @type {Record<string, number>} */ ({
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
});

/**
 * Parses a duration as k6 does: `500ms`, `30s`, `1m30s`.
 * @param {string} name
 * @param {string} text
 */
const readDuration = (name, text) => {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  const ms = parts.reduce(
    (sum, [, number, unit = '']) => sum + Number(number) * (UNIT_MS[unit] ?? 0),
    0,
  );
  if (parts.map(([part]) => part).join('') !== text || !(ms >= 1))
    throw new Error(`${name}: "${text}" is not a duration: write 30s, 2m or 1m30s`);
  return Math.round(ms);
};

/** Parses a stay: `10s`, or `5s-20s` for a uniform random time. @param {string} text */
const readStay = (text) => {
  const ends = text.split('-').map((end) => readDuration('STAY', end.trim()));
  const [minMs = 0, maxMs = minMs] = ends;
  if (ends.length > 2 || maxMs < minMs)
    throw new Error(`STAY: "${text}" is not a range: write 10s, or 5s-20s`);
  if (maxMs > LONGEST_STAY_MS)
    throw new Error(
      `STAY: "${text}" is longer than ${LONGEST_STAY_MS / 1_000}s, and livekit-server disconnects participants without media after 60s; for longer stays: swarm run scenarios/churn.yaml`,
    );
  return { minMs, maxMs };
};

/**
 * Parses stages: `30s:10,1m:100` has durations, and joins a second at their ends.
 * @param {string} text
 * @returns {Stage[]}
 */
const readStages = (text) =>
  text.split(',').map((stage) => {
    const [duration = '', rate = '', ...rest] = stage.trim().split(':');
    if (rest.length > 0 || rate === '')
      throw new Error(
        `STAGES: "${stage.trim()}" is not a stage: write DURATION:RATE, as 30s:10,1m:100`,
      );
    return { durationMs: readDuration('STAGES', duration), rate: readCount('STAGES', rate) };
  });
