/** Puts the requests of a project before the guards, with what each would train on. */
import { queryItems } from '../shared/catalog.ts';
import {
  type LabelsItem,
  type ProjectItem,
  projectPk,
  type RunRequest,
  SK_PREFIX,
  type VersionItem,
} from '../shared/catalog-items.ts';
import { loadSettings } from '../shared/project-settings.ts';
import { type Assessment, assess } from './assess.ts';
import type { RunFacts } from './controller.ts';
import type { ControllerState } from './controller-state.ts';
import type { RetrainingPorts, Surroundings } from './decide-retraining.ts';
import { oneRunOf } from './requests.ts';
import { storeWanted, type Wanted, wantedBy } from './wanted.ts';

export interface Assessed {
  readonly assessments: readonly Assessment[];
  /** Absent before the first dataset version. */
  readonly facts: RunFacts | undefined;
}

/** Reads the settings and the catalog; stores the settings of a request that will start with its own. */
export async function assessAll(
  project: ProjectItem,
  state: ControllerState,
  requests: readonly RunRequest[],
  { champion, head, failing }: Surroundings,
  ports: RetrainingPorts,
): Promise<Assessed> {
  const settings = await loadSettings(project.dataBucket, project.settingsDigest);
  const { trainingDigest, settingsDigest, codeDigest } = project;
  const labels = await queryItems<LabelsItem>(projectPk(project.project), SK_PREFIX.labels);
  const hasUnusedLabels =
    head !== undefined && labels.some(({ item }) => !head.labelFiles.includes(item.sha256));
  let counted: Promise<number> | undefined;
  const countNewLabels = () => {
    counted ??= ports.countNewLabels(settings, champion);
    return counted;
  };
  const now = ports.now();
  const known = { settings: settings.retraining, head, champion, failing, hasUnusedLabels };
  const about = { ...known, state, trainingDigest, now };
  const assessed: Assessment[] = [];
  const wanted = new Map<string, Wanted>();
  for (const request of requests) {
    const wish = await wantedBy(request, project, settings, head);
    wanted.set(request.id, wish);
    assessed.push(await assess({ ...about, request, mistakes: wish.mistakes, countNewLabels }));
  }
  const assessments = oneRunOf(assessed);
  if (!head) return { assessments, facts: undefined };
  const particular = new Map<string, ParticularFacts>();
  for (const { request, outcome } of assessments) {
    const wish = wanted.get(request.id)!;
    if (outcome !== 'start' || !wish.head) continue;
    // before the run that reads them can start
    if (request.overrides !== undefined) await storeWanted(wish);
    const { settingsDigest: own, trainingDigest: trained } = wish;
    particular.set(request.id, { settingsDigest: own, trainingDigest: trained, head: wish.head });
  }
  const hasChampion = champion !== undefined;
  const digests = { settingsDigest, codeDigest, trainingDigest };
  return {
    assessments,
    facts: { project: project.project, ...digests, head, hasUnusedLabels, hasChampion, particular },
  };
}

type ParticularFacts = Pick<Wanted, 'settingsDigest' | 'trainingDigest'> & { readonly head: VersionItem };
