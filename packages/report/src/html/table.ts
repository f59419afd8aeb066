import type { TableData } from '../text-layout.ts';
import { html, type Markup, untrusted } from './markup.ts';

/**
 * A table that can be scrolled sideways; null without rows.
 * @param label accessible name of its region
 */
export const scrollingTable = ({ head, rows, left }: TableData, label: string): Markup | null => {
  if (rows.length === 0) return null;
  const alignment = (column: number): string => (left.includes(column) ? '' : 'n');
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}"><table><thead><tr>${head.map((text, column) => (text === '' ? html`<td></td>` : html`<th scope="col" class="${alignment(column)}">${text}</th>`))}</tr></thead><tbody>${rows.map((row) => html`<tr>${row.map((text, column) => html`<td class="${alignment(column)}">${untrusted(text)}</td>`)}</tr>`)}</tbody></table></div>`;
};
