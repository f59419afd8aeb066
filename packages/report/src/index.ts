export * from './format.ts';
export { RESULT_SCHEMA, renderJson, resultObject } from './json.ts';
export type * from './report-input.ts';
export * from './reporters.ts';
export { describeScenario } from './sections/verdict.ts';
export { type Style, styleFor } from './style.ts';
export { renderText } from './text.ts';
