/** Laws that hold for any text: patterns, templates and schedules are taken or refused in AWS's terms, and soon. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AwsError } from '../core/errors.ts';
import { transformInput, validateInput } from './input-transformer.ts';
import { parseEventPattern } from './pattern.ts';
import { parseSchedule } from './schedule-expression.ts';

const EVENT = {
  version: '0' as const,
  id: 'e-1',
  'detail-type': 'Made',
  source: 'me',
  account: '000000000000',
  time: '2026-03-04T05:06:07Z',
  region: 'us-east-1',
  resources: ['r'],
};
const CONTEXT = { ruleArn: 'arn', ruleName: 'r', ingestionTime: '2026-03-04T05:06:09Z' };

/** Texts made of the pieces of a language, which get further than random ones. */
function pieces(...texts: string[]): fc.Arbitrary<string> {
  const piece = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...texts) }, fc.string({ maxLength: 3 }));
  return fc.array(piece, { maxLength: 25 }).map((parts) => parts.join(''));
}
/** What the work throws; anything but an error of AWS's own fails the test. */
function refusalOf(work: () => unknown): AwsError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
}

const operand = fc.jsonValue({ maxDepth: 2 });
const operator = fc.constantFrom(
  'prefix',
  'suffix',
  'numeric',
  'exists',
  'anything-but',
  'cidr',
  'wildcard',
  'equals-ignore-case',
  'other',
);
const expression = fc.oneof(
  operand,
  fc
    .tuple(operator, fc.oneof(operand, fc.dictionary(operator, operand, { maxKeys: 2 })))
    .map(([name, value]) => ({ [name]: value })),
);

describe('event patterns', () => {
  test('any text is taken or refused as EventBridge refuses it', () => {
    const texts = pieces('{', '}', '[', ']', ':', ',', '"a"', '"$or"', '"prefix"', '"x"', '1', 'null', ' ');
    fc.assert(
      fc.property(texts, fc.jsonValue(), (text, detail) => {
        const error = refusalOf(() => parseEventPattern(text).matches({ ...EVENT, detail }));
        if (error) expect(error.code).toBe('InvalidEventPatternException');
      }),
      { numRuns: 2000 },
    );
  });

  test('any operators with any operands are taken or refused', () => {
    const fields = fc.dictionary(fc.constantFrom('a', 'b', '$or'), fc.array(expression, { maxLength: 3 }), {
      minKeys: 1,
    });
    fc.assert(
      fc.property(fields, fc.jsonValue(), (detail, value) => {
        const text = JSON.stringify({ detail });
        const error = refusalOf(() => parseEventPattern(text).matches({ ...EVENT, detail: { a: value } }));
        if (error) expect(error.message).toMatch(/^Event pattern is not valid\. Reason: ./);
      }),
      { numRuns: 2000 },
    );
  });

  test('a value matches itself, and is not anything but itself', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.integer({ min: -1e9, max: 1e9 })), (a) => {
        const event = { detail: { a } };
        expect(parseEventPattern(JSON.stringify({ detail: { a: [a] } })).matches(event)).toBe(true);
        const but = { detail: { a: [{ 'anything-but': [a] }] } };
        expect(parseEventPattern(JSON.stringify(but)).matches(event)).toBe(false);
      }),
    );
  });

  test('many wildcards on a long text are soon judged', () => {
    const pattern = parseEventPattern(JSON.stringify({ a: [{ wildcard: '*a*a*a*a*' }] }));
    const startedAt = performance.now();
    pattern.matches({ a: `${'a'.repeat(3)}${'b'.repeat(1_000_000)}` });
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});

describe('input transformers', () => {
  test('any template and paths are refused on PutTargets or filled', () => {
    const templates = pieces('<a>', '<b>', '"', '{', '}', ':', '\\', '<aws.events.event>', '<', '>', '\n');
    const paths = fc.dictionary(
      fc.constantFrom('a', 'b'),
      fc.oneof(fc.constantFrom('$.detail', '$.detail.x', '$', '$.a[0]'), fc.string({ maxLength: 6 })),
    );
    fc.assert(
      fc.property(templates, paths, fc.jsonValue(), (InputTemplate, InputPathsMap, x) => {
        const target = { Id: 't', Arn: 'a', InputTransformer: { InputTemplate, InputPathsMap } };
        if (refusalOf(() => validateInput(target))) return;
        expect(transformInput({ ...EVENT, detail: { x } }, target, CONTEXT)).toEqual(expect.any(String));
      }),
      { numRuns: 1000 },
    );
  });

  test('a value outside of quotes arrives as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (x) => {
        const InputTransformer = { InputTemplate: '{"x": <x>}', InputPathsMap: { x: '$.detail.x' } };
        const filled = transformInput(
          { ...EVENT, detail: { x } },
          { Id: 't', Arn: 'a', InputTransformer },
          CONTEXT,
        );
        expect(JSON.parse(filled)).toEqual(JSON.parse(JSON.stringify({ x })));
      }),
    );
  });
});

describe('schedules', () => {
  const zones = fc.constantFrom(
    'UTC',
    'America/New_York',
    'Europe/Berlin',
    'Australia/Lord_Howe',
    'Asia/Kolkata',
  );
  const epochs = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2040, 0) });

  test('any expression is none or gives times that only grow', () => {
    const texts = fc.oneof(
      pieces(
        'cron(',
        'rate(',
        'at(',
        ')',
        ' ',
        '*',
        '?',
        '1',
        '5',
        'MON',
        'L',
        '#',
        '/',
        '-',
        'minutes',
        '2026',
      ),
      fc
        .tuple(
          ...[59, 23, 28, 12].map((most) =>
            fc.oneof(fc.constant('*'), fc.integer({ min: 0, max: most }).map(String)),
          ),
        )
        .map(([minute, hour, day, month]) => `cron(${minute} ${hour} ${day} ${month} ? *)`),
      fc.integer({ min: 1, max: 400 }).map((count) => `rate(${count} hours)`),
    );
    fc.assert(
      fc.property(texts, zones, epochs, (text, zone, from) => {
        const schedule = parseSchedule(text, zone);
        const first = schedule?.next(from, from);
        if (first === undefined) return;
        expect(first).toBeGreaterThan(from);
        const second = schedule!.next(first, from);
        if (second !== undefined) expect(second).toBeGreaterThan(first);
      }),
      { numRuns: 300 },
    );
  });

  test('a daily time is met once on every day, but where spring skips it', () => {
    fc.assert(
      fc.property(zones, epochs, fc.integer({ min: 4, max: 23 }), (zone, from, hour) => {
        // no zone of these changes its clocks after four in the morning
        const schedule = parseSchedule(`cron(30 ${hour} * * ? *)`, zone)!;
        const times = [schedule.next(from, from)!];
        for (let day = 0; day < 3; day += 1) times.push(schedule.next(times.at(-1)!, from)!);
        for (const time of times) {
          const shown = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeStyle: 'short' }).format(time);
          expect(shown).toBe(`${String(hour).padStart(2, '0')}:30`);
        }
        const pauses = times.slice(1).map((time, index) => (time - times[index]!) / 3_600_000);
        for (const hours of pauses) expect([23, 23.5, 24, 24.5, 25]).toContain(hours);
      }),
      { numRuns: 100 },
    );
  });
});
