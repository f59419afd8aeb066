/** Between the check for free ports and a program's bind, another process may take one: then others are tried, so often. */
export const PORT_ATTEMPTS = 3;

/** Whether a program ended because a port of it was taken, by what it wrote last. */
export const isPortTaken = (output: string): boolean =>
  /address already in use|could not find.*port/i.test(output);
