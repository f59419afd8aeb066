// `npm run fuzz -- --seconds 600 peer_before_its_handshake`: runs the fuzz targets of the Rust
// crate, all or those whose names contain a text.
import { parseArgs } from 'node:util';
import { log, SetupError } from '../packages/cli/launch/log.mjs';
import { main } from '../packages/cli/launch/main.mjs';
import { fuzzCrate } from './test/fuzz.mjs';

let failed = 0;

await main(
  async (signal) => {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { seconds: { type: 'string', default: '60' } },
    });
    const seconds = Number(values.seconds);
    if (!Number.isInteger(seconds) || seconds < 1)
      throw new SetupError(`--seconds ${values.seconds} is not a whole number`, 'write 60');
    const {
      passed,
      failed: bad,
      skipped,
    } = await fuzzCrate({ seconds, target: positionals[0] ?? 'fuzz' }, signal);
    failed = bad.length;
    for (const name of bad) log(`failed: ${name}`);
    for (const { name, why } of skipped) log(`skipped: ${name}: ${why}`);
    log(`${passed} targets passed, ${bad.length} failed`);
  },
  async () => (failed === 0 ? 0 : 1),
);
