import { expandPlan, scenarioOfFlags } from '@livekit-swarm/scenario';
import { describe, expect, it } from 'vitest';
import { estimateCost } from './estimate.ts';
import { ASSUMED_CAPACITY } from './model/nodes.ts';
import { type SelfHostedRules, selfHostedCost } from './model/self-hosted.ts';
import { variantOf } from './model/variants.ts';
import { defaultPriceBook } from './prices/price-book.ts';
import { aroundTheClock, usageOfPlan } from './usage/plan-usage.ts';
import { ratesOf, readTimetable, usageOfTimetable } from './usage/timetable-usage.ts';

const rules: SelfHostedRules = {
  capacity: ASSUMED_CAPACITY,
  headroom: 1.5,
  minNodes: 1,
  scaled: false,
  turn: null,
  storage: null,
  staff: 0,
};

const meetings = expandPlan(
  scenarioOfFlags(
    {
      rooms: '5',
      participants: '4',
      publish: 'audio,video',
      video: '720p',
      simulcast: true,
      layout: 'grid:4',
    },
    [],
  ),
  'r',
);
const perMonth = aroundTheClock(meetings);
const usageOf = (plan: typeof meetings) => usageOfPlan(plan, perMonth, 1);
const inFull = (one: (typeof meetings)['participants'][number]): typeof one => ({
  ...one,
  layout: { type: 'all' },
});
const estimate = estimateCost({
  book: defaultPriceBook(),
  usage: usageOf(meetings),
  rules,
  providers: [],
  traffic: { plan: meetings, usageOf },
});

describe('an estimate for video meetings', () => {
  it('lists every provider next to LiveKit Cloud, and the break-even of own machines', () => {
    expect(estimate.selfHosted).toHaveLength(7);
    expect(estimate.cloud.map(({ plan }) => plan).sort()).toEqual(['scale', 'ship']);
    expect(estimate.breakEven?.type).toBe('from');
    expect(estimate.nodes).toEqual([{ label: '0s', participants: 20, nodes: 1 }]);
  });

  it('shows the savings and the quality of sending less', () => {
    const of = Object.fromEntries(estimate.savings.map((saving) => [saving.variant, saving]));
    const { usage, quality } = estimate;
    // Small tiles need only the middle layer, so that the upper one is not sent. Without layers
    // everything is sent and received in full.
    expect(of['no-simulcast']?.gbUp).toBeGreaterThan(usage.gbUp);
    expect(of['no-simulcast']?.gbDown).toBeGreaterThan(usage.gbDown);
    expect(of['360p']?.gbUp).toBeCloseTo(usage.gbUp, 3);
    expect(of['audio-only']?.gbDown).toBeLessThan(usage.gbDown / 5);
    expect(of['audio-only']?.quality.video).toBeNull();
    expect(of['audio-only']?.quality.audio).toBe(quality?.audio);
    expect(of['no-simulcast']?.quality.video).toBeGreaterThan(of['360p']?.quality.video ?? 5);
    for (const { gbDown, cloud } of estimate.savings)
      if (gbDown < usage.gbDown) expect(cloud).toBeLessThan(estimate.cloud[0]?.total ?? 0);
  });

  it('saves only uplink by one layer if each subscriber receives the highest', () => {
    const large = { ...meetings, participants: meetings.participants.map(inFull) };
    const [whole, single] = [usageOf(large), usageOf(variantOf(large, 'no-simulcast'))];
    expect(single.gbUp).toBeLessThan(0.8 * whole.gbUp);
    expect(single.gbDown).toBeCloseTo(whole.gbDown, 6);
    expect(usageOf(variantOf(large, '360p')).gbDown).toBeLessThan(whole.gbDown / 2);
  });

  it('keeps the size of shared screens at 360p', () => {
    const screens = expandPlan(
      scenarioOfFlags({ rooms: '1', participants: '2', publish: 'audio,video', video: '720p' }, []),
      'r',
    );
    const shared = {
      ...screens,
      participants: screens.participants.map((one) => ({
        ...one,
        publish: one.publish.map((track) =>
          track.kind === 'video' ? { ...track, source: 'screen' as const } : track,
        ),
      })),
    };
    expect(variantOf(shared, '360p')).toEqual(shared);
  });
});

/**
 * Plan of a cluster for 50,000 users with which the project began: in each region four c6i.2xlarge
 * on Spot, for $800 to $1,200 a month.
 */
describe('four nodes of 8 vCPUs in a region, a month, without traffic', () => {
  const machinesOf = (provider: string, machine: string): number =>
    selfHostedCost(defaultPriceBook(), { provider, machine }, usageOf(meetings), {
      ...rules,
      minNodes: 4,
    }).machines;

  it('cost as planned on demand', () => {
    const machines = machinesOf('aws', 'c6i.2xlarge');
    expect(machines).toBeCloseTo(4 * 730 * 0.34, 6);
    expect(machines).toBeGreaterThan(800);
    expect(machines).toBeLessThan(1_200);
  });

  it('cost less than planned on Spot', () => {
    const machines = machinesOf('aws-spot', 'c6i.2xlarge');
    expect(machines).toBeCloseTo(525.6, 6);
    expect(machines).toBeLessThan(800);
  });

  it('cost a sixth more as tasks of Fargate than on demand', () => {
    const machines = machinesOf('aws-fargate', 'task-8-16');
    // By the rates of a vCPU and of a GB: 730 hours, four tasks.
    expect(machines).toBeCloseTo(730 * 4 * (8 * 0.04048 + 16 * 0.004445), 6);
    expect(machines / machinesOf('aws', 'c6i.2xlarge')).toBeCloseTo(1.16, 2);
  });
});

/**
 * Plan of a radio station with which the project began: 500 broadcasters, 40 hours a week each; 4.8
 * M participant-minutes of the broadcasters alone and 48 M with nine listeners each, at 128 to 192
 * kbit/s (60 to 90 MB an hour). It expected to pay $290,000 a month to LiveKit Cloud.
 */
describe('the figures of the radio station', () => {
  const weeks = 730 / 168;
  const book = defaultPriceBook();
  const month = (participantMinutes: number) =>
    readTimetable(
      `{ timetable: radio, monthly: { participantMinutes: ${participantMinutes} }, perParticipant: { up: 0bit/s, down: 160kbit/s }, session: 4h }`,
      'radio.yaml',
    );
  const usageAt = (minutes: number, kilobits = 160) =>
    usageOfTimetable(month(minutes), ratesOf({ up: 0, down: kilobits * 1_000 }), 1);

  it('80,000 hours a month are 4.8 M minutes; ten in each channel make 48 M', () => {
    // Computed by the week, as in a timetable: a month is longer than four weeks.
    const minutesOf = (participants: number): number =>
      usageOfTimetable(
        readTimetable(
          `
timetable: radio
week: [{ days: [mon, tue, wed, thu, fri], hours: { 8-16: ${participants} } }]
perParticipant: { up: 0bit/s, down: 160kbit/s }
`,
          'radio.yaml',
        ),
        ratesOf({ up: 0, down: 160_000 }),
        1,
      ).participantMinutes;
    expect(minutesOf(500)).toBeCloseTo((4_800_000 * weeks) / 4, 3);
    expect(minutesOf(5_000)).toBeCloseTo((48_000_000 * weeks) / 4, 3);
  });

  it('a listener-hour is 60 to 90 MB', () => {
    const hour = 60;
    expect(usageAt(hour, 128).gbDown * 1_000).toBeCloseTo(57.6, 6);
    expect(usageAt(hour, 192).gbDown * 1_000).toBeCloseTo(86.4, 6);
  });

  it('48 M minutes, for which $290,000 were expected (0.6 cents each), cost a tenth now', () => {
    const usage = usageAt(48_000_000);
    expect(usage.gbDown).toBeCloseTo(57_600, 6);
    const [cloud] = estimateCost({ book, usage, rules, providers: [], traffic: null }).cloud;
    // 46.5 M minutes above the quota, 0.1 M added by rounding; 54.6 TB above the quota.
    expect(cloud?.plan).toBe('scale');
    expect(cloud?.minutes).toBeCloseTo((48_000_000 * (1 + 0.5 / 240) - 1_500_000) * 0.0004, 3);
    expect(cloud?.traffic).toBeCloseTo(54_600 * 0.1, 3);
    expect(cloud?.total).toBeCloseTo(24_600, -2);
  });

  it('4.8 M minutes: LiveKit Cloud next to own machines, and the break-even', () => {
    const usage = usageAt(4_800_000);
    const { cloud, selfHosted, breakEven } = estimateCost({
      book,
      usage,
      rules,
      providers: [],
      traffic: null,
    });
    // 3.31 M minutes × $0.0004, 2.76 TB × $0.10.
    expect(cloud[0]).toMatchObject({ plan: 'scale', base: 500 });
    expect(cloud[0]?.total).toBeCloseTo(500 + 3_310_000 * 0.0004 + 276, -1);
    expect(selfHosted[0]).toMatchObject({ provider: 'hetzner', machine: 'cx33', nodes: 1 });
    expect(selfHosted[0]?.total).toBeCloseTo(8.49 * 1.1637, 6);
    // "99 % savings" holds for machines and traffic only; it excludes operation.
    expect((selfHosted[0]?.total ?? 0) / (cloud[0]?.total ?? 1)).toBeLessThan(0.01);
    expect(breakEven?.type).toBe('from');
  });
});
