import { EXIT_CODES } from '@livekit-swarm/settings';
import { code, generatedFrom, table } from './markdown.ts';

/** docs/exit-codes.md. */
export const exitCodesPage = (): string => `${generatedFrom('packages/settings/src/exit-codes.ts')}

# Exit codes

The exit code is the verdict: a pipeline needs nothing else.

${exitCodesTable()}

- 98 is not a failure of your deployment: the generator was too slow, a worker died, or nothing was measured. The reasons stand at the top of the
  report and in \`reasons\` of \`--json\`. Repeat the run with more cores or a smaller crowd.
- A server that died, or joins that it refused in words beyond the threshold, are 99 even when the generator suffered: it cannot have caused them.
- 3 is for a deployment that let nobody in, or an embedded server that could not be had. Where some got in, thresholds on \`join_failures\` judge the rest.
- 2 is also how \`npm start\` ends when something that it would build with is missing (Rust, a C compiler): it says what, and how to get it.
- \`swarm report\` exits as the run would have. \`swarm doctor\` exits with 0 or, when something that a run needs is missing, with 3.
`;

/** The table alone. */
const exitCodesTable = (): string =>
  table(
    ['code', 'meaning'],
    Object.values(EXIT_CODES).map((exit) => [code(String(exit.code)), exit.meaning]),
  );
