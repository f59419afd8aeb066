/**
 * Calls `onOrphaned` once when the process that started this one over an IPC channel has ended, however
 * it died: a SIGKILL leaves no other trace. The launcher of `swarm` and the parents of workers start
 * their children with such a channel. Without one (started by hand) nothing is watched. Does not keep
 * the process alive.
 *
 * @returns a function that ends the watch.
 */
export const watchParent = (onOrphaned: () => void): (() => void) => {
  const { channel } = process;
  if (channel === undefined || channel === null) return () => {};
  process.once('disconnect', onOrphaned);
  channel.unref();
  return () => void process.off('disconnect', onOrphaned);
};
