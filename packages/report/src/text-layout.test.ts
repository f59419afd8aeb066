import { failedReport } from '@livekit-swarm/testkit/reports';
import { expect, it } from 'vitest';
import type { ReportInput } from './run/report-input.ts';
import { renderText } from './run/text/text.ts';
import { printable, styleFor } from './text-layout.ts';

const HOSTILE = '\u001b]0;owned\u0007\u001b[2J\u001b[31;5mred\u009b1A\ttab\rreturn\u0000';

it('leaves nothing to a terminal but line ends and our own colours', () => {
  const { title, good, bad, unsure, dim } = styleFor(true);
  const ours = [title('a'), good('b'), bad('c'), unsure('d'), dim('e')].join('\n');
  expect(printable(ours)).toBe(ours);
  expect(printable(HOSTILE)).toBe(
    '\ufffd]0;owned\ufffd\ufffd[2J\ufffd[31;5mred\ufffd1A\ufffdtab\ufffdreturn\ufffd',
  );
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;

it('is what a text report is', () => {
  const report = failedReport();
  const said: ReportInput = {
    ...report,
    decision: {
      ...report.decision,
      reasons: [
        {
          code: 'no_participant_joined',
          failed: 1,
          failure: { reason: HOSTILE, count: 1, message: HOSTILE, hint: HOSTILE },
        },
      ],
    },
    recordPath: HOSTILE,
  };
  expect(renderText(said)).not.toMatch(CONTROL);
  const colored = renderText(said, { color: true });
  expect(colored.split('\u001b[').every((piece, index) => index === 0 || /^\d+m/.test(piece))).toBe(
    true,
  );
  expect(colored.replaceAll('\u001b[', '')).not.toMatch(CONTROL);
});
