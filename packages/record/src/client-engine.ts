import { z } from 'zod';

/** Engines of real clients. */
export const clientEngineName = z.enum(['browser', 'firefox', 'rtc']);
