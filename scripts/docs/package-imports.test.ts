import { expect, it } from 'vitest';
import { withImportColumn, withImportLine } from './package-imports.ts';

it('writes imports into the rows of packages alone', () => {
  const page = `| package | contents | imports |
| [record](../packages/record) | the [record](record-format.md), a \`b\` | old |
| [testkit](../testkit) | private | tests import it |`;
  expect(
    withImportColumn(page, (name) => `imports of ${name}`),
  ).toBe(`| package | contents | imports |
| [record](../packages/record) | the [record](record-format.md), a \`b\` | imports of record |
| [testkit](../testkit) | private | tests import it |`);
});

it('writes imports into one line of a README', () => {
  expect(withImportLine('# a\n- **Imports:** old\n\ntext', 'b, c')).toBe(
    '# a\n- **Imports:** b, c\n\ntext',
  );
  expect(() => withImportLine('# a', 'b')).toThrow(/no line/);
});
