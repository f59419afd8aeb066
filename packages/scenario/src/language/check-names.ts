import type { Complain } from './check-group.ts';
import type { PartName } from './part-names.ts';
import { BUILTIN_WINDOWS } from './threshold-facts.ts';

/** Names of parts of the run must tell them apart: stages, lessons, stretches and the windows that every run has. */
export const checkNames = (parts: readonly PartName[], complain: Complain): void => {
  const taken = new Map<string, string>(
    BUILTIN_WINDOWS.map((name) => [name, 'a window that every run has']),
  );
  for (const { name, of, path } of parts) {
    const holder = taken.get(name);
    if (holder === undefined) taken.set(name, of);
    else
      complain(
        path,
        `the name "${name}" is taken by ${holder}`,
        'take another: thresholds speak of windows by name (@NAME)',
      );
  }
};
