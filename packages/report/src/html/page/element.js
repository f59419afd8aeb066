// Short for making elements.

/** @param {string} tag @param {Record<string, string>} [attributes] @param {(Node | string)[]} content */
const element = (tag, attributes = {}, ...content) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...content);
  return made;
};
