/** See scripts/bundle-page.ts. */
declare module '*?text' {
  export const text: string;
}
