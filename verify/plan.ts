/** What a run of `verify:aws` would do, before it does it. */
import type { Assumption } from './assumption.ts';

export interface Plan {
  readonly chosen: readonly Assumption[];
  /** For people: each check with what it makes, costs and how long it takes, and the sums. */
  readonly text: string;
}

export interface PlanOptions {
  /** Ids; all by default. */
  readonly only?: readonly string[] | undefined;
  readonly hasStage: boolean;
}

/** @throws Error naming ids that no assumption has, and those that there are. */
export function planOf(assumptions: readonly Assumption[], { only, hasStage }: PlanOptions): Plan {
  const ids = assumptions.map(({ id }) => id);
  const unknown = only?.filter((id) => !ids.includes(id)) ?? [];
  if (unknown.length > 0) {
    throw new Error(`--only ${unknown.join(',')}: no such assumption. There are: ${ids.join(', ')}`);
  }
  const asked = assumptions.filter(({ id }) => !only || only.includes(id));
  const chosen = asked.filter(({ needsStage }) => hasStage || !needsStage);
  const withoutStage = asked.filter((each) => !chosen.includes(each));
  const sum = (pick: (each: Assumption) => number) => chosen.reduce((total, each) => total + pick(each), 0);
  const lines = [
    ...chosen.flatMap((each) => [
      `${each.id} (${dollars(each.usd)}, up to ${each.minutes} min)`,
      `  ${each.statement}`,
      `  leans on it: ${each.where.join(', ')}`,
      `  makes: ${each.creates.join(', ') || 'nothing'}`,
    ]),
    '',
    `${chosen.length} checks, ${dollars(sum(({ usd }) => usd))} at most, up to ${sum(({ minutes }) => minutes)} minutes.`,
    'Everything that a check makes is named driftless-verify-<8 hex digits> and deleted at its end; keys go a week later,',
    'and what SageMaker cannot delete stays: ended jobs and their logs.',
  ];
  if (withoutStage.length > 0) {
    lines.push(
      `Left out, for they look at a deployed stage (--stage, --project): ${withoutStage.map(({ id }) => id).join(', ')}`,
    );
  }
  return { chosen, text: lines.join('\n') };
}

const dollars = (usd: number): string => (usd < 0.005 ? 'less than $0.01' : `$${usd.toFixed(2)}`);
