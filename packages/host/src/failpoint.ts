/**
 * Failpoints (after etcd's gofail): named places at which tests make this process fail. They cost
 * nothing unless SWARM_FAILPOINTS is set when the process starts:
 *
 *     SWARM_FAILPOINTS='journal.written=kill;rollback.begin=sleep(500);record.append=5%error'
 *
 * `kill`: SIGKILL to itself. `error`: throws. `sleep(MS)`: blocks the whole process. `N%` before a
 * term: with that probability at each pass.
 */
export const failpoint: (name: string) => void = ((): ((name: string) => void) => {
  const text = process.env.SWARM_FAILPOINTS;
  if (text === undefined || text === '') return () => {};
  const points = parseFailpoints(text);
  return (name) => {
    const point = points.get(name);
    if (point !== undefined && Math.random() < point.probability) execute(name, point);
  };
})();

interface Failpoint {
  probability: number;
  action: 'kill' | 'error' | 'sleep';
  ms: number;
}

/**
 * Reads SWARM_FAILPOINTS.
 * @throws TypeError for a malformed term: a misspelled failpoint would test nothing
 */
export function parseFailpoints(text: string): ReadonlyMap<string, Failpoint> {
  return new Map(
    text.split(';').map((part): [string, Failpoint] => {
      const [, name, percent = '100', action, ms = '0'] =
        /^([a-z_.]+)=(?:(\d+)%)?(kill|error|sleep)(?:\((\d+)\))?$/.exec(part.trim()) ?? [];
      if (name === undefined || (action !== 'kill' && action !== 'error' && action !== 'sleep'))
        throw new TypeError(`SWARM_FAILPOINTS: "${part}" is not NAME=kill, error or sleep(MS)`);
      return [name, { probability: Number(percent) / 100, action, ms: Number(ms) }];
    }),
  );
}

const execute = (name: string, { action, ms }: Failpoint): void => {
  switch (action) {
    case 'kill':
      process.kill(process.pid, 'SIGKILL');
      // The signal is delivered before the next system call returns; nothing may happen until then.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000);
      return;
    case 'error':
      throw new Error(`failpoint ${name}`);
    case 'sleep':
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  }
};
