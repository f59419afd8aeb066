import type { Drill } from '../drill/drill.ts';
import type { Expectations } from './expectations.ts';

/** Result of a drill, by its published outcomes and known failures. */
export type PublishedResult = 'passes' | 'fails' | 'may_fail' | 'no_result';

/**
 * Finds the result of a drill, as far as there is evidence: one without known failures does not pass
 * for that alone, because it may never have been executed.
 * @param published outcomes that were seen, in chaos/night/expectations.yaml
 */
export const publishedResult = (
  { name, knownFailures }: Pick<Drill, 'name' | 'knownFailures'>,
  published: Expectations,
): PublishedResult => {
  if (knownFailures !== null) return knownFailures.always.length > 0 ? 'fails' : 'may_fail';
  const outcomes = published.get(name) ?? [];
  if (outcomes.some(({ outcome }) => outcome === 'failed')) return 'may_fail';
  return outcomes.some(({ outcome }) => outcome === 'passed') ? 'passes' : 'no_result';
};
