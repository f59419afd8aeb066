import { styleFor } from '@livekit-swarm/report';
import { describe, expect, it } from 'vitest';
import { renderFindings } from './doctor.ts';

const fine = { name: 'Go', status: 'ok', found: 'go1.26', nextStep: null } as const;
const lacking = {
  name: 'media engine',
  status: 'missing',
  found: 'not built',
  nextStep: 'npm start',
} as const;
const small = { name: 'cores', status: 'warn', found: '2', nextStep: 'fewer rooms' } as const;

const render = (findings: Parameters<typeof renderFindings>[0]): string =>
  renderFindings(findings, styleFor(false));

describe('renderFindings', () => {
  it('lines findings up and puts the next step below', () => {
    expect(render([fine, lacking])).toBe(
      [
        '  ✓  Go            go1.26',
        '  ✗  media engine  not built',
        '                   → npm start',
        '',
        'Missing: media engine. The main job needs it.',
        '',
      ].join('\n'),
    );
  });

  it('reports when everything is available, and when something is missing', () => {
    expect(render([fine])).toMatch(/\n\nEverything is here\.\n$/);
    expect(render([fine, small])).toMatch(/needs is here; 1 thing could be better\.\n$/);
  });
});
