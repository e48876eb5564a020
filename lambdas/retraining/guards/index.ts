/** All guards in the order in which they are asked; the first that fails settles it, and the costly one comes last. */
import { cooldown } from './cooldown.ts';
import { costBudget } from './cost-budget.ts';
import { dailyBudget } from './daily-budget.ts';
import { datasetPresent } from './dataset-present.ts';
import { enoughNewLabels } from './enough-new-labels.ts';
import type { Guard } from './guard.ts';
import { inputsIntact } from './inputs-intact.ts';
import { monthlyBudget } from './monthly-budget.ts';
import { outdatedAlarm } from './outdated-alarm.ts';
import { paused } from './paused.ts';
import { requestValid } from './request-valid.ts';
import { runLock } from './run-lock.ts';
import { triggerEnabled } from './trigger-enabled.ts';
import { unchanged } from './unchanged.ts';

export const GUARDS: readonly Guard[] = [
  triggerEnabled,
  datasetPresent,
  requestValid,
  unchanged,
  outdatedAlarm,
  inputsIntact,
  paused,
  runLock,
  cooldown,
  dailyBudget,
  monthlyBudget,
  costBudget,
  enoughNewLabels,
];
