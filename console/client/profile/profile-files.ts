/** Profiles and checks files on this machine, without a cloud, by the code that an upload meets. */
import { checkUpload } from '../../../lambdas/datasets/checks/check-upload.ts';
import type { FileFacts, ReadFinding } from '../../../lambdas/datasets/checks/fact-types.ts';
import { collectFacts } from '../../../lambdas/datasets/checks/facts.ts';
import type { ChecksDocument, DatasetSchema } from '../../../lambdas/datasets/contract.ts';
import { inspectFiles } from '../../../lambdas/datasets/files/inspect-files.ts';
import {
  type InspectedFile,
  isReadable,
  type LocalFile,
} from '../../../lambdas/datasets/files/inspected-file.ts';
import type { StagedFile } from '../../../lambdas/datasets/files/stage-rows.ts';
import type { DatasetProfile } from '../../../lambdas/datasets/profile/profile.ts';
import { profileTable } from '../../../lambdas/datasets/profile/profile-table.ts';
import type { DuckDb } from '../../../lambdas/shared/duckdb.ts';
import type { DatasetSettings } from '../../../lambdas/shared/settings.ts';
import { withTempDirectory } from '../../../lambdas/shared/temp-directory.ts';
import { withLocalDuckDb } from '../local-duckdb.ts';
import { columnsOf, linked, stageFiles, UNKNOWN } from '../offline/local-table.ts';
import type { FoundFile } from '../upload/find-files.ts';

export interface LocalProfile {
  /** Absent when no file could be read. */
  readonly profile?: DatasetProfile;
  /** Files that are no part of the profile because they could not be read. */
  readonly unread: number;
  /** Sentences about files that could not be read, or that are odd. */
  readonly problems: readonly string[];
  /** What the upload of these files as a first version would meet; only for a project. */
  readonly checks?: ChecksDocument;
}

/**
 * The profile of files together, as one dataset.
 * @param settings of the project that they are meant for. @default - types are inferred, and nothing is checked
 */
export async function profileFiles(
  found: readonly FoundFile[],
  settings?: DatasetSettings,
): Promise<LocalProfile> {
  return withTempDirectory(async (directory) => {
    const files = await linked(found, directory);
    return withLocalDuckDb(directory, (database) => look(database, files, settings));
  });
}

async function look(
  database: DuckDb,
  files: readonly LocalFile[],
  given: DatasetSettings | undefined,
): Promise<LocalProfile> {
  const settings = given ?? UNKNOWN;
  const inspected = await inspectFiles(database, settings, files);
  const first = await stageFiles(database, inspected, settings);
  const staged = new Map(first.staged.map((file) => [file.index, file]));
  const facts = inspected.map((file) => factsOf(file, staged.get(file.index)));
  const isRead = facts.some(({ rows }) => rows !== undefined);
  // one file that breaks off in the middle must not decide on the columns and types of the others
  const whole = inspected.filter(({ index }) => staged.get(index)?.problem === undefined);
  const { schema } =
    isRead && whole.length < inspected.length ? await stageFiles(database, whole, settings) : first;
  const problems = facts.flatMap(({ path, size, problem, ignored, warnings = [] }) => [
    ...(problem ? [problem.reason] : []),
    ...(size === 0 && !problem && ignored === undefined ? [`File "${path}" is empty.`] : []),
    ...(ignored === undefined ? [] : [`File "${path}" is left out: ${ignored}.`]),
    ...warnings.map((warning) => (typeof warning === 'string' ? warning : warning.reason)),
  ]);
  return {
    profile: isRead ? await profileTable(database, 'data', schema) : undefined,
    unread: facts.filter(({ problem }) => problem !== undefined).length,
    problems,
    checks: given && (await checksOf(database, { settings: given, schema, inspected, facts, isRead })),
  };
}

function factsOf(file: InspectedFile, staged: StagedFile | undefined): FileFacts {
  const { index, path, size } = file;
  if (!isReadable(file)) return { index, path, size, problem: file.problem, ignored: file.ignored };
  const warnings: ReadFinding[] = [...file.findings, ...(staged?.findings ?? [])];
  return {
    index,
    path,
    size,
    rows: staged?.rows,
    problem: staged?.problem,
    warnings,
    format: file.format,
    columns: file.columns.map(({ name }) => name),
  };
}

interface Checked {
  readonly settings: DatasetSettings;
  readonly schema: DatasetSchema;
  readonly inspected: readonly InspectedFile[];
  readonly facts: readonly FileFacts[];
  readonly isRead: boolean;
}

async function checksOf(
  database: DuckDb,
  { settings, schema, inspected, facts, isRead }: Checked,
): Promise<ChecksDocument> {
  const pathOf = (index: number) => inspected.find((file) => file.index === index)?.path;
  const present = columnsOf(inspected);
  return checkUpload({
    upload: 'local files',
    settings,
    files: facts,
    table: isRead ? await collectFacts(database, { settings, schema, present, pathOf }) : undefined,
    pathOf,
    uploadedAtMs: Date.now(),
  });
}
