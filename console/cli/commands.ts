/** The commands of `driftless`, in the order of the loop. */
import { Command } from 'commander';
import { addBias } from './bias.ts';
import { addDatasets } from './datasets.ts';
import { addDecisions } from './decisions.ts';
import { addDoctor } from './doctor.ts';
import { addDrift } from './drift.ts';
import { addForget } from './forget.ts';
import { addInvoke } from './invoke.ts';
import { addLineage } from './lineage.ts';
import { addModels } from './models.ts';
import { addMonitor } from './monitor.ts';
import { addProfile } from './profile.ts';
import { addQuality } from './quality.ts';
import { addRetraining } from './retraining.ts';
import { addRuns } from './runs.ts';
import { addStatus } from './status.ts';
import { addTrain } from './train.ts';
import { addUpload } from './upload.ts';

export function driftless(): Command {
  const program = new Command('driftless')
    .description('Upload data, see what became of it, ask why.')
    .option('--stage <stage>', 'stage of the platform', process.env.DRIFTLESS_STAGE ?? 'local')
    .option('--project <project>', 'project of the stage; needed when there are several')
    .option('--json', 'print JSON')
    .showHelpAfterError();
  for (const add of [
    addUpload,
    addStatus,
    addDatasets,
    addProfile,
    addDrift,
    addQuality,
    addBias,
    addForget,
    addTrain,
    addRuns,
    addModels,
    addLineage,
    addInvoke,
    addMonitor,
    addRetraining,
    addDecisions,
    addDoctor,
  ]) {
    add(program);
  }
  return program;
}
