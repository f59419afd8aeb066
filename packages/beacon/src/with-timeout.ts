/**
 * Returns the result of the work, or undefined after `ms`; the work then continues.
 * @throws errors of the work
 */
export const withTimeout = async <T>(work: T | Promise<T>, ms: number): Promise<T | undefined> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};
