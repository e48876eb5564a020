/** Reads and changes a project's rollout item, and starts the executions that it stands for. */
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { getItem, replaceItem } from '../shared/catalog.ts';
import { type ChampionItem, projectPk, SK } from '../shared/catalog-items.ts';
import { stepFunctions } from '../shared/clients.ts';
import { nowIso } from '../shared/clock.ts';
import { isAwsError, RetryableError } from '../shared/errors.ts';
import type { RolloutInput } from './contract.ts';
import { type RolloutState, rolloutName, type Transition, type TransitionFacts } from './rollout-state.ts';

const ATTEMPTS = 5;

/** The model in production, if there is one. */
export async function readChampion(project: string): Promise<ChampionItem | undefined> {
  return (await getItem<ChampionItem>(projectPk(project), SK.champion))?.item;
}

export async function readRollout(project: string): Promise<RolloutState> {
  return (await getItem<RolloutState>(projectPk(project), SK.rollout))?.item ?? {};
}

/**
 * Applies a transition until its write wins, then starts the execution that it asks for.
 * @throws RetryableError when others kept winning.
 */
export async function transit(
  project: string,
  stateMachineArn: string,
  decide: (state: RolloutState, facts: TransitionFacts) => Transition,
): Promise<Transition> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const found = await getItem<RolloutState>(projectPk(project), SK.rollout);
    const champion = await readChampion(project);
    const transition = decide(found?.item ?? {}, {
      project,
      championVersion: champion?.modelVersion,
      now: nowIso(),
      executionArnOf: (name) => `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`,
    });
    if ('state' in transition) {
      const won = await replaceItem(projectPk(project), SK.rollout, transition.state, found?.revision);
      if (!won) continue;
    }
    if ('input' in transition) await start(stateMachineArn, transition.input);
    return transition;
  }
  throw new RetryableError(`the rollout of "${project}" is contended`, { code: 'Contended' });
}

/** Harmless twice: the execution is named after the rollout. */
async function start(stateMachineArn: string, input: RolloutInput): Promise<void> {
  try {
    await stepFunctions.send(
      new StartExecutionCommand({ stateMachineArn, name: rolloutName(input), input: JSON.stringify(input) }),
    );
  } catch (error) {
    if (!isAwsError(error, 'ExecutionAlreadyExists')) throw error;
  }
}
