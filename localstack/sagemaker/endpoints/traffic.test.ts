import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIRST_RUN_MS } from '../testing.ts';
import { type ServingFixture, servingFixture, variant } from './testing.ts';

let fixture: ServingFixture;

/** Park and Miller's generator: the same numbers in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

beforeAll(async () => {
  fixture = await servingFixture({ random: seeded(7) });
  const variants = [
    variant('a', 'times-2', { InitialVariantWeight: 1 }),
    variant('b', 'times-3', { InitialVariantWeight: 3 }),
    variant('c', 'times-5', { InitialVariantWeight: 0 }),
  ];
  const DataCaptureConfig = {
    InitialSamplingPercentage: 25,
    DestinationS3Uri: 's3://data/captures',
    CaptureOptions: [{ CaptureMode: 'Input' }],
  };
  await fixture.config('three', variants, { DataCaptureConfig });
  await fixture.run('CreateEndpoint', { EndpointName: 'three', EndpointConfigName: 'three' });
  await fixture.inService('three');
}, FIRST_RUN_MS);

afterAll(() => fixture.stop());

async function answers(requests: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let start = 0; start < requests; start += 20) {
    const batch = Array.from({ length: 20 }, () => fixture.invoke('three', '1'));
    for (const answer of await Promise.all(batch)) counts[answer.trim()] = (counts[answer.trim()] ?? 0) + 1;
  }
  return counts;
}

describe('the traffic of an endpoint', () => {
  it('is split by weight, and a weight of 0 gets none', async () => {
    const counts = await answers(800);
    // binomial with n = 800, p = 1/4: mean 200, standard deviation 12.2; four of them either way
    expect(counts['2.0']).toBeGreaterThan(151);
    expect(counts['2.0']).toBeLessThan(249);
    expect(counts['3.0']).toBe(800 - counts['2.0']!);
  });

  it('is captured by the sampling percentage', async () => {
    await fixture.advance(2);
    const files = await Promise.all((await fixture.keys('captures/')).map((key) => fixture.text(key)));
    const lines = files.flatMap((text) => text.trim().split('\n'));
    // 25 % of 800, as above
    expect(lines.length).toBeGreaterThan(151);
    expect(lines.length).toBeLessThan(249);
  });

  it('goes to a variant by name, whatever its weight, and says which answered', async () => {
    const input = { EndpointName: 'three', Body: Buffer.from('1'), ContentType: 'text/csv' };
    expect(await fixture.run('InvokeEndpoint', { ...input, TargetVariant: 'c' })).toMatchObject({
      InvokedProductionVariant: 'c',
    });
    expect(await fixture.refusal('InvokeEndpoint', { ...input, TargetVariant: 'd' })).toMatchObject({
      code: 'ValidationError',
    });
  });

  it('follows new weights, and refuses unknown and repeated variants', async () => {
    const change = (DesiredWeightsAndCapacities: object[]) => ({
      EndpointName: 'three',
      DesiredWeightsAndCapacities,
    });
    const operation = 'UpdateEndpointWeightsAndCapacities';
    await fixture.run(
      operation,
      change([
        { VariantName: 'a', DesiredWeight: 0 },
        { VariantName: 'b', DesiredWeight: 0 },
        { VariantName: 'c', DesiredWeight: 2 },
      ]),
    );
    await fixture.inService('three');
    expect(await answers(40)).toEqual({ '5.0': 40 });
    // messages: https://github.com/getmoto/moto/pull/5082
    expect(await fixture.refusal(operation, change([{ VariantName: 'x' }]))).toMatchObject({
      message: 'The variant name(s) "x" is/are not present within endpoint configuration "three".',
    });
    expect(
      await fixture.refusal(operation, change([{ VariantName: 'a' }, { VariantName: 'a' }])),
    ).toMatchObject({ message: 'The variant name "a" was non-unique within the request.' });
  });

  it('is refused with a 503 while a killed container comes back, and counted', async () => {
    process.kill(Number(await fixture.invoke('three', 'pid')), 'SIGKILL');
    const outcomes: string[] = [];
    for (let tries = 0; tries < 400 && outcomes.at(-1) !== '5.0\n'; tries += 1) {
      const answer = await fixture.invoke('three', '1').catch((error: { code: string }) => error.code);
      if (outcomes.at(-1) !== answer) outcomes.push(answer);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(outcomes).toContain('ServiceUnavailable');
    expect(outcomes.at(-1)).toBe('5.0\n');
    await fixture.advance(1);
    const errors = fixture.metrics.filter((each) => each.MetricName === 'Invocation5XXErrors');
    expect(errors.flatMap((each) => each.Values!)).toContain(1);
  });
});
