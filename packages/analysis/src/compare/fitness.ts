import type { MeasuredRun } from './figures.ts';

/**
 * Why the figures of a run cannot be compared; null when they can. A threshold that was crossed does not matter here: a bad run is a run. One that the
 * generator spoilt, or that was not seen through, tells nothing about the server.
 */
export const unfitBecause = ({ summary, judgement }: MeasuredRun): string | null => {
  const [suffered] = judgement.health;
  if (suffered !== undefined)
    return `the generator spoilt it: ${lower(suffered.sentence.split(/[:;]/)[0] ?? '')}`;
  if (summary.end === null) return 'its record breaks off';
  if (summary.end.reason === 'interrupted') return 'it was interrupted';
  const { unaccounted, planned } = summary.joins;
  if (unaccounted > 0 && summary.end.reason === 'finished')
    return `${unaccounted} of its ${planned} participants have no result`;
  return null;
};

/** What ended a run before its time, and is the server's doing; null for one that went on to its end. */
export const brokenBy = ({ summary, judgement }: MeasuredRun): string | null => {
  switch (summary.end?.reason) {
    case 'server_died':
      return 'the server died';
    case 'threshold':
      return `it was ended by a threshold: ${lower(judgement.reasons[0] ?? 'one was crossed')}`;
    case 'aborted':
      return `nobody was in any more: ${lower(judgement.reasons[0] ?? 'all had lost the connection')}`;
    default:
      return null;
  }
};

/** Whether its figures can be compared. */
export const isFit = (run: MeasuredRun): boolean =>
  unfitBecause(run) === null && brokenBy(run) === null;

/** As part of a sentence: without its full stop, and small unless it begins with a name. */
const lower = (sentence: string): string => {
  const inner = sentence.replace(/\.$/, '');
  return /^(The|A|An|One|No|Nobody|Its|It) /.test(inner)
    ? inner.charAt(0).toLowerCase() + inner.slice(1)
    : inner;
};
