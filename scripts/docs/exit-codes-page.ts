import { EXIT_CODES } from '@livekit-swarm/settings';
import { code, generatedFrom, table } from './markdown.ts';

/** Page docs/exit-codes.md. */
export const exitCodesPage = (): string => `${generatedFrom('packages/settings/src/exit-codes.ts')}

# Exit codes

The exit code is the verdict: a pipeline needs nothing else.

${exitCodesTable()}

- 98 is not a failure of your deployment. The load generator was too slow, a worker process died, the disk was full, or nothing was measured; its host could
  not look up the name or has no route; or the server that it started was killed from outside. The reasons are at the top of the report and in \`reasons\` of \`--json\`. Repeat the run with more cores or less load.
  [Planted faults](planted-faults.md) lists what ends how, each shown by a test.
- A server that crashed or ran out of memory, or rejected joins beyond the threshold, are 99 even when the load generator was impaired: it cannot have caused them.
- 3 means that no participant joined, or that no local server was available. If some participants joined, thresholds on \`join_failures\` decide.
- 2 is also how \`npm start\` ends when a build tool is missing (Rust, a C compiler): it prints which, and how to install it.
- \`swarm report\` exits as the run did. \`swarm doctor\` exits with 0, or with 3 when something that a run needs is missing.
`;

/** Table of the exit codes, without the page. */
export const exitCodesTable = (): string =>
  table(
    ['code', 'meaning'],
    Object.values(EXIT_CODES).map((exit) => [code(String(exit.code)), exit.meaning]),
  );
