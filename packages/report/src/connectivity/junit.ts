import { junitDocument } from '../junit/document.ts';
import type { Connectivity } from './connectivity.ts';
import { PATH_OUTCOMES } from './phrases.ts';

export const renderConnectivityJunit = ({ url, required, checks }: Connectivity): string =>
  junitDocument([
    {
      name: 'connectivity',
      startedAt: null,
      properties: [['url', url]],
      cases: checks.map(({ path, node, outcome, reason, message, hint }) => ({
        name: node === null ? path : `${path} to ${node}`,
        seconds: 0,
        output: '',
        failed:
          outcome === 'works'
            ? null
            : {
                kind: outcome === 'failed' || required ? 'failure' : 'skipped',
                type: reason ?? outcome,
                message: message ?? PATH_OUTCOMES[outcome],
                text: hint ?? '',
              },
      })),
    },
  ]);
