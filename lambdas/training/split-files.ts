/** The objects of a split: training files with the label first, holdout features, and the holdout's labels beside them. */
import { join } from 'node:path';
import type { ManifestHeader } from '../datasets/contract.ts';
import { featuresOf } from '../datasets/schema/schema.ts';
import { featureValueExpression, labelExpression } from '../datasets/schema/typed-columns.ts';
import { type DuckDb, identifier, literal } from '../shared/duckdb.ts';
import type { ProjectSettings } from '../shared/settings.ts';
import type { SplitResult } from './contract.ts';
import type { SplitSide } from './split.ts';
import { type Part, SplitParts } from './split-parts.ts';
import { SplitSegments, segmentColumnsOf, segmentFields } from './split-segments.ts';

/**
 * Size from which a side is written in parts. Far below the 5 GB of one PUT, and a few hundred requests of batch
 * transform: large enough that a small project always has one file a side.
 */
const PART_BYTES = 100_000_000;
/** Fields written at once: about one part of numbers, whatever the number of columns. */
const FIELDS_AT_ONCE = 10_000_000;

export interface SplitFilesOptions {
  readonly database: DuckDb;
  readonly directory: string;
  readonly settings: ProjectSettings;
  readonly header: ManifestHeader;
  readonly prefix: string;
  /** @default 100 MB */
  readonly partBytes?: number;
}

export interface SplitCounts {
  readonly rows: SplitResult['rows'];
  readonly balance: NonNullable<SplitResult['balance']>;
  readonly holdoutParts: readonly Part[];
  /** Key of the file of segments, when there are columns to group by. */
  readonly segmentsKey?: string;
}

/** Sorts batches of rows into the files of their sides; rows keep the order in which they come. */
export class SplitFiles {
  private readonly options: SplitFilesOptions;
  private readonly train: SplitParts;
  private readonly validation: SplitParts;
  private readonly holdout: SplitParts;
  private readonly labels: SplitParts;
  private readonly segments: SplitSegments;
  private readonly segmentColumns: readonly string[];
  private readonly rows = { train: 0, validation: 0, holdout: 0 };
  /** Rows before the batch that is being written. */
  private before = { train: 0, validation: 0, holdout: 0 };
  private readonly balance: Record<SplitSide, Record<string, number>> = {
    train: {},
    validation: {},
    holdout: {},
  };

  constructor(options: SplitFilesOptions) {
    const { settings, prefix, directory, partBytes = PART_BYTES } = options;
    this.options = options;
    const parts = (folder: string, name: string, bytes: number) =>
      new SplitParts({
        bucket: settings.dataBucket,
        prefix: `${prefix}${folder}/`,
        name,
        file: join(directory, `${folder}.csv`),
        partBytes: bytes,
      });
    this.train = parts('train', 'train.csv', partBytes);
    this.validation = parts('validation', 'validation.csv', partBytes);
    this.holdout = parts('holdout', 'holdout.csv', partBytes);
    // a few bytes a row, and one header
    this.labels = parts('holdout-labels', 'labels.csv', Number.POSITIVE_INFINITY);
    this.segmentColumns = segmentColumnsOf(settings, options.header);
    this.segments = new SplitSegments(options.database, directory);
  }

  /** Adds the rows of a batch. @param from table expression with the columns of `data`; @param side SQL for the side. */
  async add(from: string, side: string): Promise<void> {
    const { database, header } = this.options;
    const { schema } = header;
    const target = schema.columns.find(({ role }) => role === 'target')!;
    const label = labelExpression(target, this.options.settings.problem);
    const columns = featuresOf(schema);
    const features = [
      ...columns.map((column, index) => `${featureValueExpression(column)} AS ${identifier(`f${index}`)}`),
      ...segmentFields(this.segmentColumns),
    ];
    const text = (name: string | undefined, type: string) =>
      name === undefined ? 'NULL' : `CAST(${identifier(name)} AS ${type})`;
    const { key, eventTime } = this.options.settings.dataset;
    await database.run(
      `CREATE OR REPLACE TABLE split AS
       SELECT row_number() OVER (PARTITION BY __side ORDER BY __file, __row) - 1 AS __place, * EXCLUDE (__file, __row) FROM (
         SELECT ${side} AS __side, __file, __row, ${label} AS __label, ${text(key, 'VARCHAR')} AS __key,
           ${text(eventTime, 'TIMESTAMP')} AS __time${features.map((feature) => `, ${feature}`).join('')}
         FROM ${from}
       ) ORDER BY __side, __place`,
    );
    await this.count();
    const all = columns.map((_, index) => identifier(`f${index}`));
    for (const name of ['train', 'validation'] as const) await this.write(name, ['__label', ...all]);
    await this.write('holdout', all);
    if (this.segmentColumns.length > 0) await this.writeSegments();
    await database.run('DROP TABLE split');
  }

  /** Writes what is left. */
  async finish(): Promise<SplitCounts> {
    await this.train.finish();
    await this.validation.finish();
    await this.labels.finish();
    const holdoutParts = await this.holdout.finish();
    const { settings, prefix } = this.options;
    const segmentsKey = await this.segments.finish(settings.dataBucket, prefix);
    return {
      ...{ rows: this.rows, balance: this.balance, holdoutParts },
      ...(segmentsKey === undefined ? {} : { segmentsKey }),
    };
  }

  private async writeSegments(): Promise<void> {
    const columns = this.segmentColumns.map(
      (name, index) => `${identifier(`s${index}`)} AS ${identifier(name)}`,
    );
    await this.segments.add(
      `SELECT __side AS side, CASE WHEN __side = 'holdout' THEN __place + ${this.before.holdout} END AS row,
         __label AS label, ${columns.join(', ')} FROM split ORDER BY __side, __place`,
    );
  }

  private async count(): Promise<void> {
    this.before = { ...this.rows };
    const found = await this.options.database.rows<{ side: SplitSide; label: string; rows: number }>(
      `SELECT __side AS side, ${this.countedLabel()} AS label, count(*) AS rows
       FROM split GROUP BY ALL ORDER BY ALL`,
    );
    for (const { side, label, rows } of found) {
      this.rows[side] += rows;
      this.balance[side][label] = (this.balance[side][label] ?? 0) + rows;
    }
  }

  /** A regression's numbers are no classes: told is only whether there is one. */
  private countedLabel(): string {
    const { problem } = this.options.settings;
    if (problem?.type === 'regression') return "CASE WHEN __label IS NULL THEN 'none' ELSE 'number' END";
    return "coalesce(CAST(__label AS VARCHAR), 'none')";
  }

  private async write(side: SplitSide, fields: readonly string[]): Promise<void> {
    const { database, directory } = this.options;
    const rows = this.rows[side] - this.before[side];
    const step = Math.max(1, Math.floor(FIELDS_AT_ONCE / fields.length));
    for (let from = 0; from < rows; from += step) {
      const taken = Math.min(step, rows - from);
      const source = `FROM split WHERE __side = '${side}' AND __place >= ${from} AND __place < ${from + taken} ORDER BY __place`;
      const file = join(directory, `${side}-rows.csv`);
      await copy(database, `SELECT ${fields.join(', ')} ${source}`, file);
      await this[side].add(file, taken);
      if (side !== 'holdout') continue;
      const offset = this.before.holdout;
      const labels = join(directory, 'label-rows.csv');
      const columns = `__place + ${offset} AS row, __key AS key, __time AS event_time, __label AS label`;
      await copy(database, `SELECT ${columns} ${source}`, labels, { header: offset + from === 0 });
      await this.labels.add(labels, taken);
    }
  }
}

async function copy(
  database: DuckDb,
  select: string,
  file: string,
  { header }: { readonly header: boolean } = { header: false },
): Promise<void> {
  await database.run(`COPY (${select}) TO ${literal(file)} (FORMAT csv, HEADER ${header})`);
}
