/** Module that the plug-in `as-text` of scripts/bundle-page.ts provides. */
declare module '*?text' {
  export const text: string;
}
