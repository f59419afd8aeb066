/**
 * Number of attempts with new ports: another process may take one between the check for free ports
 * and a program's bind.
 */
export const PORT_ATTEMPTS = 3;

/** Returns true if the last output of a program shows that it ended because its port was taken. */
export const isPortTaken = (output: string): boolean =>
  /address already in use|could not find.*port/i.test(output);
