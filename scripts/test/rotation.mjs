import { createHash } from 'node:crypto';

/**
 * Number of parts of the rotation. Each day runs one: every test at least every fourth day.
 */
export const QUARTERS = 4;
const DAY_MS = 86_400_000;

/**
 * Seconds of a file that no run has measured yet.
 */
export const UNKNOWN_SECONDS = 120;

/**
 * Largest size of a quarter, in equal shares. With less, one more file would move many others.
 */
const SLACK = 1.1;

/**
 * Quarter of a day (UTC), from 1 to 4; null: not a date of the form 2026-11-26.
 * @param {string} date
 * @returns {number | null}
 */
export const quarterOn = (date) => {
  const ms = Date.parse(`${date}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\d$/.test(date) && Number.isFinite(ms)
    ? (Math.floor(ms / DAY_MS) % QUARTERS) + 1
    : null;
};

/**
 * Files of a quarter. The name of a file decides: each goes to the quarter that its hash prefers
 * among those that still have room, so that quarters take about the same time, and one more file
 * moves few others (rendezvous hashing with bounded loads).
 * @param {readonly string[]} files
 * @param {Readonly<Record<string, number>>} seconds measured, by file.
 * @param {number} quarter from 1 to 4.
 * @returns {string[]} sorted.
 */
export const filesOfQuarter = (files, seconds, quarter) => {
  const cost = (/** @type {string} */ file) => seconds[file] ?? UNKNOWN_SECONDS;
  const loads = Array.from({ length: QUARTERS }, () => 0);
  const limit = (SLACK * files.reduce((total, file) => total + cost(file), 0)) / QUARTERS;
  /** @type {string[]} */
  const chosen = [];
  for (const file of files.toSorted((a, b) => rank(a, 0) - rank(b, 0))) {
    const preferred = loads
      .map((_, index) => index)
      .toSorted((a, b) => rank(file, b + 1) - rank(file, a + 1));
    const free = preferred.find((index) => (loads[index] ?? 0) + cost(file) <= limit);
    const index = free ?? loads.indexOf(Math.min(...loads));
    loads[index] = (loads[index] ?? 0) + cost(file);
    if (index === quarter - 1) chosen.push(file);
  }
  return chosen.toSorted();
};

/** @param {string} file @param {number} index */
const rank = (file, index) =>
  createHash('sha256').update(`${index} ${file}`).digest().readUIntBE(0, 6);
