/**
 * Compares a version such as `1.13.4` or `v1.13.4`; true for a version without a number, such as
 * that of a user's own build.
 */
export const isAtLeast = (version: string, ...least: readonly number[]): boolean => {
  const found = /\d+(?:\.\d+)+/.exec(version)?.[0].split('.').map(Number);
  if (found === undefined) return true;
  const differing = least.findIndex((part, index) => part !== (found[index] ?? 0));
  return differing < 0 || (found[differing] ?? 0) > (least[differing] ?? 0);
};
