import XMLBuilder from 'fast-xml-builder';

/** An element: attributes begin with `@`, text is `#text`, everything else are elements inside of it, in order. */
export interface XmlElement {
  [name: string]: string | number | XmlElement | readonly XmlElement[] | undefined;
}

const builder = new XMLBuilder({
  attributeNamePrefix: '@',
  ignoreAttributes: false,
  suppressBooleanAttributes: false,
  suppressEmptyNode: true,
  format: true,
});

/** A document of XML 1.0 with this root. What XML cannot hold (most control characters, halves of surrogate pairs) becomes U+FFFD. */
export const xmlDocument = (name: string, root: XmlElement): string =>
  builder
    .build({ '?xml': { '@version': '1.0', '@encoding': 'UTF-8' }, [name]: clean(root) })
    .trim()
    .concat('\n');

/** Everything that XML 1.0 §2.2 does not call a Char. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const NO_CHAR = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

const cleanText = (text: string): string => text.toWellFormed().replace(NO_CHAR, '\ufffd');

const cleanValue = (name: string, value: string | number | XmlElement): string | XmlElement => {
  if (typeof value === 'object') return clean(value);
  const text = cleanText(String(value));
  // A parser makes blanks of them in attributes anyway (XML 1.0 §3.3.3).
  return name.startsWith('@') ? text.replaceAll(/\s+/g, ' ') : text;
};

const clean = (element: XmlElement): XmlElement =>
  Object.fromEntries(
    Object.entries(element).flatMap(([name, value]) => {
      if (value === undefined) return [];
      return [[name, isList(value) ? value.map(clean) : cleanValue(name, value)]];
    }),
  );

const isList = (value: NonNullable<XmlElement[string]>): value is readonly XmlElement[] =>
  Array.isArray(value);
