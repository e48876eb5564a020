/** From an upload to a version on the local cloud: a small file, a large one, a wide one, many small ones. */
import { statSync } from 'node:fs';
import { aProject } from '../../test/shared/project-fixture.ts';
import { medianOf } from '../local-cloud/measure.ts';
import type { Groups, Tell } from './row.ts';
import { median, runWork } from './run-work.ts';
import { smallCsv, writeCsv } from './upload-files.ts';
import { UploadStage } from './upload-stage.ts';

const MB = 1e6;
/** About 100 MB. */
const ROWS_IN_ALL = 1_300_000;
const COUNTS = [10_000, 50_000, 100_000];
/** Of two runs on the same files one has up to so many times the memory of the other. */
const NOISE = 1.1;
/** 1M x 20, as the profile rows. */
const LARGE = { rows: 1_000_000, numbers: 14, hasAllDigits: true, seed: 1 };
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
    const megabytes = (await writeCsv(file, LARGE)) / MB;
    await tellReading(tell, file, megabytes);
    await stage.put('large', 'large.csv', file);
    const seconds = await stage.versioned('large', 600);
    const scan = (await stage.reports('scan-upload')).at(-1)!;
    const size = `${Math.round(megabytes)} MB CSV`;
    tell({
      name: `${size}: the whole of the function: downloaded, hashed, read, checked, profiled, staged`,
      unit: 'MB/s',
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

/** The reader alone, in a process with a function's memory: dialect, encoding, records, types, table. */
async function tellReading(tell: Tell, file: string, megabytes: number): Promise<void> {
  const { dataset } = aProject({ columns: [], target: 'target', key: 'id', eventTime: 'at' });
  const upload = { file, size: statSync(file).size, settings: dataset };
  const request = { file, schema: [], profile: '', upload, times: 3 };
  const measured = await runWork({ ...request, work: 'read' });
  const [ours, alone] = [median(measured.seconds), median(measured.scanSeconds)];
  tell({
    name: `${Math.round(megabytes)} MB CSV: read, judged and typed from the local file`,
    unit: 'MB/s',
    budget: 100,
    figure: megabytes / ours,
    note: `${ours.toFixed(2)} s, median of 3: dialect, encoding, every record, types of all rows, the typed table`,
  });
  tell({
    name: "the same, to DuckDB's read_csv into a table, which judges nothing",
    unit: 'ratio',
    figure: median(measured.seconds.map((seconds, time) => seconds / measured.scanSeconds[time]!)),
    note: `read_csv ${alone.toFixed(2)} s`,
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

/**
 * The same rows in more and more files, so that what grows is their number alone. A project for each, so that all are
 * first versions; the fewest files go first, because a process keeps the memory that it had once.
 */
async function manySmallFiles(tell: Tell): Promise<void> {
  const projects = COUNTS.map((count) => `files-${count}`);
  await withStage(projects, async (stage) => {
    const fewest = new Map<string, number>();
    for (const [at, count] of COUNTS.entries()) {
      const project = projects[at]!;
      const rows = Math.round(ROWS_IN_ALL / count);
      const begun = performance.now();
      await stage.putMany(project, count, (index) => [`day/part-${index}.csv`, smallCsv(index, rows)]);
      const sending = (performance.now() - begun) / 1000;
      await stage.putMany(project, 1, () => ['day/_SUCCESS', '']);
      const figure = await stage.versioned(project, 1200);
      const files = `${count.toLocaleString('en')} files of ${rows} rows in one commit`;
      tell({
        name: `${files}, marker to DatasetVersioned`,
        unit: 's',
        ...(at === COUNTS.length - 1 ? { budget: 300 } : {}),
        figure,
        note: `${await whereTimeWent(stage)}; sending them took ${sending.toFixed(0)} s before`,
      });
      for (const handler of BY_FILE) {
        const { maxMemoryMb } = (await stage.reports(handler)).at(-1)!;
        if (at === 0) fewest.set(handler, maxMemoryMb);
        tell({ name: `${files}: memory of ${handler}`, unit: 'MB', figure: maxMemoryMb });
        if (at < COUNTS.length - 1) continue;
        tell({
          name: `memory of ${handler} with ${count / COUNTS[0]!} times the files`,
          unit: 'ratio',
          budget: NOISE,
          figure: maxMemoryMb / fewest.get(handler)!,
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
