/** Makes an HTML element. */
export const element = (
  tag: string,
  attributes: Record<string, string> = {},
  ...content: (Node | string)[]
): HTMLElement => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...content);
  return made;
};

/**
 * The element that the report always contains.
 * @throws Error when it does not
 */
export const required = <E extends Element>(found: E | null | undefined, what: string): E => {
  if (found == null) throw new Error(`the report has no ${what}`);
  return found;
};
