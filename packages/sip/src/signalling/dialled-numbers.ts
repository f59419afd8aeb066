import { usageError } from '@livekit-swarm/settings';

/** Characters of a number or a user part that need no escape in a SIP URI (RFC 3261, §25.1). */
const USER = /^[+\w.!~*'()&=$,?/-]{1,64}$/;
/** Longest number that may be an emergency or a service number. */
const SHORT_DIGITS = 4;

/**
 * Reads numbers to call: one a line, or separated by commas; `#` begins a comment.
 * @param where source of the text, for messages
 * @throws SwarmError `usage` for what is not a number or a user name
 */
export const readNumbers = (text: string, where: string): string[] =>
  text
    .split('\n')
    .map((line) => line.replace(/#.*$/, ''))
    .join(',')
    .split(',')
    .map((number) => number.trim())
    .filter((number) => number !== '')
    .map((number) => {
      if (USER.test(number)) return number;
      throw usageError(
        `${where}: ${number}: not a number or a user name of SIP`,
        'write +15105550100, without spaces and without a host',
      );
    });

/**
 * True for a number that may be one of an emergency service, 112 or 911: such are called on
 * loopback only.
 */
export const isShortNumber = (number: string): boolean =>
  /^\+?\d+$/.test(number) && number.replace('+', '').length <= SHORT_DIGITS;
