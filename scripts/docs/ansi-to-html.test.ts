import { expect, it } from 'vitest';
import { ansiToHtml } from './ansi-to-html.ts';

it('turns colours into spans, and keeps all other text', () => {
  expect(ansiToHtml('a \u001b[32m✓ <ok>\u001b[39m b')).toBe(
    'a <span class="green">✓ &lt;ok&gt;</span> b',
  );
});

it('keeps one style when another within it ends', () => {
  expect(ansiToHtml('\u001b[1mA\u001b[31mB\u001b[39mC\u001b[22mD')).toBe(
    '<span class="bold">A</span><span class="bold red">B</span><span class="bold">C</span>D',
  );
});
