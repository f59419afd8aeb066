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
 * loopback only. What stands between its digits is left out (visual separators: RFC 3966, §5.1.1),
 * and so are parameters.
 */
export const isShortNumber = (number: string): boolean => {
  const [user = ''] = number.split(/[;?]/);
  const digits = user.replaceAll(/\D/g, '').length;
  return !/[a-z_]/i.test(user) && digits >= 1 && digits <= SHORT_DIGITS;
};

/**
 * Number or user name to which a URI transfers a call.
 * @throws SwarmError `usage` for what is not a SIP or tel URI
 */
export const transferNumber = (uri: string): string => {
  const [, user, number] =
    /^(?:sip:([\w.+~*'()!&=$,;?/-]+)@[\w.:-]+|tel:(\+?[\d.()-]+))$/.exec(uri) ?? [];
  const called = user ?? number;
  if (called !== undefined) return called;
  throw usageError(
    `--transfer-to ${uri}: not a SIP or tel URI`,
    'write sip:+15105550100@sip.example.com or tel:+15105550100',
  );
};
