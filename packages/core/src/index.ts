export type * from './plan.ts';
export * from './record.ts';
