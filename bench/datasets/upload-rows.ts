/** From an upload to a version on the local cloud: a small file, a large one, a wide one, many small ones. */
import { medianOf } from '../local-cloud/measure.ts';
import type { Groups, Tell } from './row.ts';
import { smallCsv, writeCsv } from './upload-files.ts';
import { UploadStage } from './upload-stage.ts';

const MB = 1e6;
const FEW = 10_000;
const MANY = 100_000;
/** Handlers that look at every file of an upload. */
const BY_FILE = ['receive-upload', 'plan-scan', 'scan-upload', 'commit-upload'];

/** Groups of rows that one deployed stage measures, by name. */
export const UPLOAD_GROUPS: Groups = {
  'ten megabytes': tenMegabytes,
  'three hundred megabytes': threeHundredMegabytes,
  'a thousand columns': thousandColumns,
  'many small files': manySmallFiles,
};

async function withStage(
  projects: readonly string[],
  work: (stage: UploadStage) => Promise<void>,
): Promise<void> {
  const stage = await UploadStage.start(projects);
  try {
    await work(stage);
  } finally {
    await stage.stop();
  }
}

async function tenMegabytes(tell: Tell): Promise<void> {
  await withStage(['ten'], async (stage) => {
    const file = stage.path('ten.csv');
    const upload = async (seed: number) => {
      await writeCsv(file, { rows: 67_000, numbers: 12, seed });
      await stage.put('ten', `ten-${seed}.csv`, file);
      return stage.versioned('ten', 60);
    };
    const first = await upload(0);
    tell({
      name: '10 MB CSV, event to DatasetVersioned, first upload (cold functions)',
      unit: 's',
      figure: first,
    });
    const figure = await medianOf(5, (index) => upload(index + 1));
    tell({
      name: '10 MB CSV, event to DatasetVersioned, median of 5',
      unit: 's',
      budget: 2,
      figure,
      note: await whereTimeWent(stage),
    });
  });
}

async function threeHundredMegabytes(tell: Tell): Promise<void> {
  await withStage(['large'], async (stage) => {
    const file = stage.path('large.csv');
    const megabytes = (await writeCsv(file, { rows: 2_010_000, numbers: 12, seed: 1 })) / MB;
    await stage.put('large', 'large.csv', file);
    const seconds = await stage.versioned('large', 600);
    const scan = (await stage.reports('scan-upload')).at(-1)!;
    const size = `${Math.round(megabytes)} MB CSV`;
    tell({
      name: `${size}: read once, typed, checked, profiled (the function's whole time, download and hash included)`,
      unit: 'MB/s',
      budget: 100,
      figure: megabytes / (scan.durationMs / 1000),
    });
    tell({ name: `${size}, memory of the function that reads it`, unit: 'MB', figure: scan.maxMemoryMb });
    tell({
      name: `${size}, event to DatasetVersioned`,
      unit: 's',
      figure: seconds,
      note: await whereTimeWent(stage),
    });
  });
}

async function thousandColumns(tell: Tell): Promise<void> {
  await withStage(['wide'], async (stage) => {
    const file = stage.path('wide.csv');
    const size = await writeCsv(file, { rows: 10_000, numbers: 994, seed: 1 });
    await stage.put('wide', 'wide.csv', file);
    const figure = await stage.versioned('wide', 600);
    tell({
      name: `1,000 columns x 10,000 rows (${Math.round(size / MB)} MB CSV), event to DatasetVersioned`,
      unit: 's',
      figure,
      note: await whereTimeWent(stage),
    });
  });
}

/** Two projects, so that the second upload is a first version too; the small one goes first: processes never shrink. */
async function manySmallFiles(tell: Tell): Promise<void> {
  await withStage(['few', 'many'], async (stage) => {
    const memory = new Map<string, number>();
    for (const [project, count] of [
      ['few', FEW],
      ['many', MANY],
    ] as const) {
      const begun = performance.now();
      await stage.putMany(project, count, (index) => [`day/part-${index}.csv`, smallCsv(index)]);
      const uploading = (performance.now() - begun) / 1000;
      await stage.putMany(project, 1, () => ['day/_SUCCESS', '']);
      const figure = await stage.versioned(project, 1200);
      const files = count.toLocaleString('en');
      tell({
        name: `${files} files of 1 KB in one commit, marker to DatasetVersioned`,
        unit: 's',
        ...(count === MANY ? { budget: 300 } : {}),
        figure,
        note: `${await whereTimeWent(stage)}; sending them took ${uploading.toFixed(0)} s before`,
      });
      for (const handler of BY_FILE) {
        const { maxMemoryMb = 0 } = (await stage.reports(handler)).at(-1) ?? {};
        const before = memory.get(handler);
        memory.set(handler, maxMemoryMb);
        tell({ name: `${files} files, memory of ${handler}`, unit: 'MB', figure: maxMemoryMb });
        if (before === undefined) continue;
        tell({
          name: `memory of ${handler} with ten times the files`,
          unit: 'ratio',
          budget: 1.5,
          figure: maxMemoryMb / before,
        });
      }
    }
  });
}

async function whereTimeWent(stage: UploadStage): Promise<string> {
  const states = await stage.states();
  return states
    .filter(([, ms]) => ms >= 20)
    .map(([state, ms]) => `${state} ${(ms / 1000).toFixed(2)} s`)
    .join(', ');
}
