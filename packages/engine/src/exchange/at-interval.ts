/**
 * Carry out an action at an interval, ms, from within the first interval on: participants that join
 * together act at different times. @returns function that ends it
 */
export const atInterval = (everyMs: number, action: () => void): (() => void) => {
  let dueAt = performance.now() + Math.random() * everyMs;
  let timer: ReturnType<typeof setTimeout>;
  const next = (): void => {
    timer = setTimeout(
      () => {
        action();
        // A program that was stopped does not catch up.
        dueAt = Math.max(dueAt + everyMs, performance.now());
        next();
      },
      Math.max(0, dueAt - performance.now()),
    );
  };
  next();
  return () => clearTimeout(timer);
};
