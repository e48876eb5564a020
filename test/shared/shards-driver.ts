/** Plays the distributed route of the ingest workflow in process: its passes over the shards, with JSON between them. */
import type { Context } from 'aws-lambda';
import type { ScanPlan, ScanResult } from '../../lambdas/datasets/contract.ts';
import { handler as mergeScan } from '../../lambdas/datasets/merge-scan.handler.ts';
import type { Shard, ShardPass } from '../../lambdas/datasets/scan/contract.ts';
import type { NextPass } from '../../lambdas/datasets/scan/merge-scan.ts';
import { planShards, type ShardLimits } from '../../lambdas/datasets/scan/plan-shards.ts';
import { readRange } from '../../lambdas/datasets/scan/ranges.ts';
import { handler as scanShard } from '../../lambdas/datasets/scan-shard.handler.ts';
import { BUCKET } from './project-fixture.ts';

const context = {} as Context;

export interface PlayedShards {
  readonly result: ScanResult;
  /** Passes in their order, with the shards that each went over. */
  readonly passes: readonly { readonly pass: ShardPass; readonly shards: readonly Shard[] }[];
}

/** @param limits other limits than the plan was made with. */
export async function playShards(planned: ScanPlan, limits?: ShardLimits): Promise<PlayedShards> {
  const plan: ScanPlan = limits
    ? { ...planned, ...(await planShards({ bucket: BUCKET, limits, ...planned })) }
    : planned;
  const passes: { pass: ShardPass; shards: readonly Shard[] }[] = [];
  const over = async (pass: ShardPass, shardsKey: string) => {
    const shards = await readShards(shardsKey);
    passes.push({ pass, shards });
    // executions of a Map end in any order
    for (const shard of shards.toReversed()) await scanShard(plain({ pass, plan, shard }), context);
  };
  const merge = async (pass: ShardPass) => plain(await mergeScan(plain({ pass, plan }), context));

  await over('look', plan.shardsKey!);
  await merge('look');
  await over('stage', plan.shardsKey!);
  const { next, shardsKey } = (await merge('stage')) as NextPass;
  if (next === 'sample') {
    await over('sample', shardsKey);
    await merge('sample');
  }
  if (next !== 'finish') await over('count', shardsKey);
  return { result: (await merge('count')) as ScanResult, passes };
}

async function readShards(key: string): Promise<Shard[]> {
  const text = (await readRange(BUCKET, { key }, { from: 0, to: 1e9 })).toString('utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Shard);
}

/** As Step Functions hands values on. */
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
