/** A program that the launcher runs in its own process: reports each request to end it, and SIGHUP, which may mean something else. `SIGUSR2` ends it with 42. */
import { appendFileSync } from 'node:fs';
import { watchInterruption } from '@livekit-swarm/host';

const [log = '/dev/null'] = process.argv.slice(2);
const report = (line: string): void => appendFileSync(log, `${line}\n`);
process.on('SIGHUP', () => report('SIGHUP'));
const { stop, kill } = watchInterruption();
stop.addEventListener('abort', () => report('stop'));
kill.addEventListener('abort', () => report('kill'));
process.on('SIGUSR2', () => process.exit(42));
setInterval(() => {}, 1_000);
report(`pid ${process.pid} node ${process.version}`);
