/** What a guard is: a check that a retrain request must pass, one file each. */
import type { ChampionItem, RunRequest, VersionItem, WindowItem } from '../../shared/catalog-items.ts';
import type { RetrainingSettings } from '../../shared/settings.ts';
import type { Judgement, Verdict } from '../../shared/verdict.ts';
import type { ControllerState } from '../controller-state.ts';

export interface GuardSubject {
  readonly request: RunRequest;
  readonly state: ControllerState;
  readonly settings: RetrainingSettings;
  /** The version that a run would train on. */
  readonly head?: VersionItem | undefined;
  /** What is wrong with the version and the settings that the request asks for, one sentence each. */
  readonly mistakes?: readonly string[];
  readonly champion?: ChampionItem | undefined;
  /** The window of the model in production that was judged last, when it failed. */
  readonly failing?: WindowItem | undefined;
  /** Whether label files are there that the head does not hold. */
  readonly hasUnusedLabels?: boolean;
  /** What a run would train with. */
  readonly trainingDigest: string;
  readonly now: Date;
  /** Labelled rows that the champion's version does not hold; costly, so asked for last and only by who needs it. */
  readonly countNewLabels: () => Promise<number>;
}

export interface Guard {
  /** Name of the guard's file. */
  readonly rule: string;
  /** What becomes of a request that fails: `wait` keeps it pending, `drop` answers it. */
  readonly onFail: 'wait' | 'drop';
  judge(subject: GuardSubject): Promise<Judgement> | Judgement;
}

/** When time alone may change the answer: a guard that knows it says so in its inputs. ISO 8601. */
export function lookAgainAt({ inputs }: Judgement): string | undefined {
  return typeof inputs.lookAgainAt === 'string' ? inputs.lookAgainAt : undefined;
}

/** A guard's answer. */
export function answer(
  rule: string,
  verdict: Verdict,
  reason: string,
  inputs: Judgement['inputs'] = {},
): Judgement {
  return { rule, verdict, reason, inputs };
}
