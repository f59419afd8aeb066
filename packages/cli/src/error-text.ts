import type { SwarmError } from '@livekit-swarm/settings/errors';

/** `error: what. next step`: for stderr. */
export const formatError = ({ message, hint }: Pick<SwarmError, 'message' | 'hint'>): string => {
  const what = message.trimEnd();
  // Several problems have a line each: with "error:" on every line they would look like several errors.
  const text = what.includes('\n') ? `\n${what.replace(/^/gm, '  ')}` : ` ${what}`;
  return `error:${text}${hint === null ? '' : `\n  → ${hint}`}\n`;
};
