/** Something may want a run, or may free one that waits. */
import { countNewLabelledRows } from '../datasets/labels/count-new-labelled-rows.ts';
import { getItem } from '../shared/catalog.ts';
import { type ProjectItem, projectPk, SK, type VersionItem } from '../shared/catalog-items.ts';
import { now } from '../shared/clock.ts';
import { ENV } from '../shared/contract.ts';
import { requireEnv } from '../shared/env.ts';
import { logger } from '../shared/logger.ts';
import { makeHandler } from '../shared/make-handler.ts';
import { forEachProject, listProjects, loadProject } from '../shared/project-settings.ts';
import { alarmNames, alarmsOn } from './alarms.ts';
import { decideRetraining, type RetrainingPorts } from './decide-retraining.ts';
import { controllerEvent, type Wish, wishOf } from './run-request.ts';
import { switchRetraining } from './switch-retraining.ts';

const countNewLabels: RetrainingPorts['countNewLabels'] = async (settings, champion) => {
  const { project, dataBucket: bucket } = settings;
  const version =
    champion && (await getItem<VersionItem>(projectPk(project), SK.version(champion.datasetVersion)));
  const knownLabelFiles = version?.item.labelFiles ?? [];
  return (await countNewLabelledRows({ project, bucket, knownLabelFiles })).newRows;
};

/** The projects that a wish concerns; an alarm names its project, a sweep concerns all. */
async function projectsOf({ project, alarmName }: Wish): Promise<readonly ProjectItem[]> {
  if (project !== undefined) return [await loadProject(project)];
  const projects = await listProjects();
  if (alarmName === undefined) return projects;
  return projects.filter((item) => alarmNames(item.project).includes(alarmName));
}

export const handler = makeHandler({
  name: 'decide-retraining',
  event: controllerEvent,
  run: async (event): Promise<{ readonly started: readonly string[] }> => {
    const wish = wishOf(event);
    if (wish.ignored) {
      logger.info('nothing to decide', { reason: wish.ignored });
      return { started: [] };
    }
    if (wish.switched) await switchRetraining(wish.switched);
    const stateMachineArn = requireEnv(ENV.trainingStateMachine);
    const started: string[] = [];
    await forEachProject(await projectsOf(wish), async (project) => {
      const decided = await decideRetraining(project, wish.request, {
        ...{ stateMachineArn, countNewLabels, alarmsOn, now },
      });
      if (decided.started) started.push(decided.started);
    });
    return { started };
  },
});
