import exec from 'k6/execution';
import { readSettings } from './settings.js';

/**
 * Reads the environment; aborts the test before it begins, with a message, if something is missing
 * or wrong.
 */
export const settingsOf = (defaults) => {
  try {
    return readSettings(__ENV, defaults);
  } catch (error) {
    return exec.test.abort(error.message);
  }
};

/**
 * Name of a run for `setup`, with which its rooms and identities begin, so that two runs never
 * share them.
 */
export const newRun = () => `k6-${Math.random().toString(36).slice(2, 8)}`;
