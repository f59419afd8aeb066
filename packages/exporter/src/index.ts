export * from './catalogue/index.ts';
export { registerFamily } from './metrics/register-family.ts';
export type { Source, SourceContext } from './source.ts';
