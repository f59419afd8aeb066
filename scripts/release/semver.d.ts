declare module 'semver' {
  export const satisfies: (version: string, range: string) => boolean;
}
