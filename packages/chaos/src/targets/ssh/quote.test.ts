import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { quote, quoteAll } from './quote.ts';

it('leaves plain words unchanged', () => {
  expect(quoteAll(['systemctl', '--property=MainPID,Restart', 'a@1.service'])).toBe(
    'systemctl --property=MainPID,Restart a@1.service',
  );
  expect(quote('')).toBe("''");
});

it('is undone by a shell', () => {
  // No program can receive a NUL.
  const word = fc
    .string({ unit: 'grapheme', maxLength: 20 })
    .filter((text) => !text.includes('\0'));
  const odd = fc.oneof(word, fc.stringMatching(/^['"$`\\!*?~;&|<>(){}[\]#\n\t -]{0,12}$/));
  fc.assert(
    fc.property(fc.array(odd, { minLength: 1, maxLength: 5 }), (words) => {
      const said = execFileSync('sh', ['-c', `printf '%s\\0' ${quoteAll(words)}`], {
        encoding: 'utf8',
      });
      expect(said.split('\0').slice(0, -1)).toEqual(words);
    }),
    { numRuns: 60 },
  );
});
