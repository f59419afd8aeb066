/**
 * A program under the launcher: reports each signal it receives, and the end of its launcher, unless
 * it has the argument `--ignore-channel`. `SIGUSR2` ends it with 42.
 */
import { appendFileSync } from 'node:fs';

const [log = '/dev/null', flag] = process.argv.slice(2);
const report = (line: string): void => appendFileSync(log, `${line}\n`);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => report(signal));
process.on('SIGUSR2', () => process.exit(42));
if (flag !== '--ignore-channel')
  process.once('disconnect', () => {
    report('orphaned');
    process.exit(129);
  });
setInterval(() => {}, 1_000);
report(`pid ${process.pid} node ${process.version}`);
