import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html, json, name, raw } from './markup.ts';

describe('a template', () => {
  it('escapes what comes into it', () => {
    expect(html`<p title="${`"><img src=x onerror='a()'>`}">${'a & b < c'}</p>`.text).toBe(
      '<p title="&quot;&gt;&lt;img src=x onerror=&#39;a()&#39;&gt;">a &amp; b &lt; c</p>',
    );
  });

  it('leaves markup alone, and takes lists and nothing', () => {
    expect(
      html`<ul>${['a', '<b>'].map((one) => html`<li>${one}</li>`)}${null}${undefined}${false}${0}</ul>`
        .text,
    ).toBe('<ul><li>a</li><li>&lt;b&gt;</li>0</ul>');
    expect(html`${raw('<hr>')}`.text).toBe('<hr>');
  });

  it('holds names in the direction they are written in', () => {
    expect(name('a<b').text).toBe('<bdi>a&lt;b</bdi>');
  });

  it('shows signs that no page may hold', () => {
    expect(html`${'a\u0000b\u001b[31m\ud800'}`.text).toBe('a\ufffdb\ufffd[31m\ufffd');
    expect(html`${'line\nbreak\ttab'}`.text).toBe('line\nbreak\ttab');
  });
});

describe('JSON in a script element', () => {
  it('is the same JSON, and cannot end the element', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom('</script>', '<!--', '\u2028', ']]>', '&amp;'),
        (value, hostile) => {
          const { text } = json({ value, hostile });
          expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify({ value, hostile })));
          expect(text).not.toMatch(/[<>&\u2028\u2029]/);
        },
      ),
    );
  });
});
