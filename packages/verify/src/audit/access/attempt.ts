import { type CheckResult, found, passed, unknown } from '../../check.ts';

/**
 * Answer to an attempt. `done`: it was carried out. `authorized`: it failed for a reason that the
 * server looks at only after the grants. `refused`: the server, or a proxy, refused it. `unclear`:
 * anything else, such as an error of the server.
 */
export type Reply = 'done' | 'authorized' | 'refused' | 'unclear';

/** Something that the audit tried, and what the deployment answered. */
export interface Attempt {
  /** Request as a text: `a token of room A: ListParticipants of room B`. */
  asked: string;
  /**
   * Required result. `allowed`: a control, which shows that the attempt is refused for the reason
   * that is tested.
   */
  expected: 'refused' | 'allowed';
  reply: Reply;
  /** The answer in short: `401 unauthenticated`. */
  answer: string;
}

/**
 * Result of attempts: those that must be refused are. Without a control that was allowed nothing is
 * known: everything may be refused.
 */
export const attemptsRule = (attempts: readonly Attempt[]): CheckResult => {
  const of = (expected: Attempt['expected']): Attempt[] =>
    attempts.filter((one) => one.expected === expected);
  const opened = of('refused').filter(({ reply }) => isAllowed(reply));
  if (opened.length > 0) return found('error', opened.map(attemptText));
  const open = [
    ...of('refused').filter(({ reply }) => reply === 'unclear'),
    ...of('allowed').filter(({ reply }) => reply === 'refused'),
  ];
  if (open.length > 0) return unknown(open.map(attemptText).join('; '));
  if (!of('allowed').some(({ reply }) => isAllowed(reply)))
    return unknown(`no control was allowed: ${of('allowed').map(attemptText).join('; ')}`);
  return passed(...attempts.map(attemptText));
};

const isAllowed = (reply: Reply): boolean => reply === 'done' || reply === 'authorized';

/** An attempt in one line. */
export const attemptText = ({ asked, expected, reply, answer }: Attempt): string => {
  const control = expected === 'allowed' ? ' (control)' : '';
  return `${asked}${control}: ${WORDS[reply]} (${answer})`;
};

const WORDS: Record<Reply, string> = {
  done: 'done',
  authorized: 'not refused',
  refused: 'refused',
  unclear: 'no clear answer',
};
