import { closest, distance } from 'fastest-levenshtein';

/**
 * Known word that is nearest to a misspelled one, or null. Case and separators (joinRate,
 * join-rate, JOIN_RATE) do not count.
 */
export const nearest = (word: string, known: readonly string[]): string | null => {
  // The word is longer than any known one: a comparison would only take time.
  if (known.length === 0 || word.length > 100) return null;
  const same =
    known.find((one) => plain(one) === plain(word)) ??
    known.find((one) => letters(one) === letters(word));
  if (same !== undefined) return same;
  const found = closest(word, [...known]);
  // Digits differ on purpose: 480p is not a misspelled 180p.
  if (withoutDigits(word) === withoutDigits(found)) return null;
  const far = distance(word, found);
  if (far > Math.max(1, Math.min(3, Math.floor((found.length + 1) / 3)))) return null;
  // Far from several words: turn-ssl is three letters from turn-udp, turn-tcp and turn-tls.
  const isUnclear = far > 2 && known.some((one) => one !== found && distance(word, one) === far);
  return isUnclear ? null : found;
};

const plain = (text: string): string => text.toLowerCase().replace(/[-_ ]/g, '');

const withoutDigits = (text: string): string => plain(text).replace(/\d/g, '');

/** Sorts letters: two swapped letters are the most common mistake. */
const letters = (text: string): string => [...plain(text)].sort().join('');

/** Hint for an unknown word: `did you mean rooms?`, or `list` and all known words. */
export const suggest = (word: string, known: readonly string[], list: string): string => {
  const meant = nearest(word, known);
  return meant === null ? `${list} ${known.join(', ')}` : `did you mean ${meant}?`;
};
