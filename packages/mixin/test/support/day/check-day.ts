import { describe, expect, it } from 'vitest';
import type { Variant } from '../../../src/config/schema.ts';
import { ruleGroups } from '../../../src/render-rules.ts';
import { readPromql } from '../read-promql.ts';
import { DAY_FAULTS } from './faults.ts';
import { targetLabels } from './labels.ts';
import { askAtEnd, simulate } from './simulate.ts';
import { during, FAULT_FROM, FAULT_UNTIL, HEALTHY } from './world.ts';
import type { Span } from './write-series.ts';

const TIMEOUT_MS = 180_000;
const WHOLE_DAY = { from: 0, to: 1_440 };
/** Span around the fault, with an hour before it, which rules use as the usual level. */
export const AROUND_FAULT = { from: FAULT_FROM - 60, to: FAULT_UNTIL };

/**
 * Tests a healthy day without an alert, and then each fault with its pages, with the labels of a
 * variant.
 * @param healthy the part of the healthy day to evaluate
 */
export const checkDay = (variant: Variant, healthy: Span = WHOLE_DAY): void => {
  const labels = targetLabels(variant);
  const hasLoadBalancer = labels.loadBalancer !== null;
  const of = (severity: string, names: readonly string[]): string[] =>
    names.map((name) => `${name} ${severity}`).toSorted();

  /** Selectors in the rules whose series do not exist on the healthy day. */
  const absentSelectors = async (): Promise<string[]> => {
    const expressions = ruleGroups(labels.names, null).flatMap(({ rules }) =>
      rules.map(({ expr }): string => expr),
    );
    const selectors = new Set(
      expressions.flatMap((expr) => readPromql(expr).selections.map(({ text }) => text)),
    );
    const numbered = [...selectors].map((text, index) => ({ text, index: `${index}` }));
    const query = numbered
      .map(
        ({ text, index }) =>
          `label_replace(count(last_over_time(${text}[1d])), "selector", "${index}", "", "")`,
      )
      .join(' or ');
    const present = await askAtEnd(labels, HEALTHY, healthy, query);
    const found = new Set(present.map((result) => result.labels.selector));
    return numbered.filter(({ index }) => !found.has(index)).map(({ text }) => text);
  };

  describe(`a day with the labels of the variant ${variant}`, () => {
    it(
      'neither pages nor warns on a healthy day',
      async () => {
        const fired = await simulate(labels, HEALTHY, healthy);
        // NACKs rise in the minute of loss.
        expect([...fired].filter((alert) => !alert.endsWith(' info'))).toEqual([]);
      },
      TIMEOUT_MS,
    );

    // An alert that reads no series is silent on any day.
    it(
      'has the series of every selector in the rules',
      async () => {
        expect(await absentSelectors()).toEqual([]);
      },
      TIMEOUT_MS,
    );

    it.each(DAY_FAULTS.filter((fault) => hasLoadBalancer || !fault.needsLoadBalancer))(
      '$name: the right page',
      async ({ changes, pages, pagesOfLoadBalancer = [], warns }) => {
        const fired = [...(await simulate(labels, during(changes), AROUND_FAULT))];
        const wanted = [...pages, ...(hasLoadBalancer ? pagesOfLoadBalancer : [])];
        expect(fired.filter((alert) => alert.endsWith(' critical')).toSorted()).toEqual(
          of('critical', wanted),
        );
        expect(fired).toEqual(expect.arrayContaining(of('warning', warns)));
      },
      TIMEOUT_MS,
    );
  });
};
