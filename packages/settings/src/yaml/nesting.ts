import type { CST } from 'yaml';

/** Deeper than any scenario is, and shallow enough for whatever walks it by recursion. */
export const MAX_DEPTH = 40;

/** Where a document nests deeper than `MAX_DEPTH`, as an offset; null when it does not. Walks without recursion. */
export const tooDeepAt = (document: CST.Token): number | null => {
  const waiting: { token: CST.Token; depth: number }[] = [{ token: document, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { token, depth } = next;
    if (depth > MAX_DEPTH) return token.offset;
    for (const inner of children(token)) waiting.push({ token: inner, depth: depth + 1 });
  }
  return null;
};

const children = (token: CST.Token): CST.Token[] => {
  if (token.type === 'document') return token.value === undefined ? [] : [token.value];
  if (token.type !== 'block-map' && token.type !== 'block-seq' && token.type !== 'flow-collection')
    return [];
  return token.items.flatMap(({ key, value }) => [key ?? [], value ?? []].flat());
};
