import type { Complain } from './checks.ts';
import { BUILTIN_WINDOWS } from './threshold-facts.ts';
import type { WindowName } from './window-names.ts';

/** Names of stages, lessons, named windows and built-in windows must be unique. */
export const checkNames = (parts: readonly WindowName[], complain: Complain): void => {
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
        'choose another: thresholds refer to windows by name (@NAME)',
      );
  }
};
