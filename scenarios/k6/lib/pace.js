import { JOIN_TIMEOUT_MS } from './settings.js';

/**
 * What every scenario of ours has: one virtual user for each participant that is there at a time, more where the server is slow to let them in, and
 * time for those who are still there at the end.
 *
 * @param {import('./settings.js').Settings} settings
 */
export const crowd = ({ rate, stay }) => ({
  timeUnit: '1s',
  preAllocatedVUs: Math.ceil((rate * (stay.maxMs + 1_000)) / 1_000),
  maxVUs: Math.ceil((rate * (stay.maxMs + JOIN_TIMEOUT_MS)) / 1_000),
  gracefulStop: `${stay.maxMs + JOIN_TIMEOUT_MS}ms`,
});

/** @param {import('./settings.js').Settings} settings @returns {number} ms, each equally likely */
export const drawStay = ({ stay: { minMs, maxMs } }) => minMs + Math.random() * (maxMs - minMs);
