import { JOIN_TIMEOUT_MS } from './settings.js';

/**
 * Settings that all scenarios share: one virtual user per participant present at a time, more if
 * joins are slow, and time for the participants that are still present at the end.
 *
 * @param {import('./settings.js').Settings} settings
 */
export const capacity = ({ rate, stay }) => ({
  timeUnit: '1s',
  preAllocatedVUs: Math.ceil((rate * (stay.maxMs + 1_000)) / 1_000),
  maxVUs: Math.ceil((rate * (stay.maxMs + JOIN_TIMEOUT_MS)) / 1_000),
  gracefulStop: `${stay.maxMs + JOIN_TIMEOUT_MS}ms`,
});

/** @param {import('./settings.js').Settings} settings @returns {number} ms, each equally likely */
export const drawStay = ({ stay: { minMs, maxMs } }) => minMs + Math.random() * (maxMs - minMs);
