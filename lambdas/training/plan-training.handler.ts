/** Step "Plan the jobs" of the training workflow. */
import { makeHandler } from '../shared/make-handler.ts';
import { loadProject, loadSettings } from '../shared/project-settings.ts';
import type { TrainingPlan } from './contract.ts';
import { type PlanTrainingInput, planTraining } from './plan-training.ts';

export const handler = makeHandler<PlanTrainingInput, TrainingPlan>({
  name: 'plan-training',
  run: async (input, context) => {
    const { dataBucket } = await loadProject(input.run.project);
    const settings = await loadSettings(dataBucket, input.run.settingsDigest);
    return planTraining(settings, input, regionOf(context.invokedFunctionArn));
  },
});

/** `arn:aws:lambda:REGION:ACCOUNT:function:NAME`. */
const regionOf = (arn: string) => arn.split(':')[3]!;
