/** What a distributed Map says of S3: its ItemReader and its ResultWriter. */
import { DELIMITERS } from '../engine/distributed/csv.ts';
import { isObject, type JsonObject } from '../json.ts';
import { READER_CONFIG_FIELDS, S3_FIELDS, WRITER_CONFIG_FIELDS } from './fields.ts';
import { checkNumber } from './numbers.ts';
import type { StatePlace } from './validate.ts';

const INPUT_TYPES = ['CSV', 'JSON', 'JSONL', 'PARQUET', 'MANIFEST'];
const MOST_ITEMS = 100_000_000;

/** Checks the reader. */
export function checkItemReader({ ItemReader: reader }: JsonObject, place: StatePlace): void {
  if (reader === undefined) return;
  const path = `${place.path}/ItemReader`;
  const { problems } = place;
  if (!isObject(reader)) {
    problems.schema('Expected value of type [OBJECT]', path);
    return;
  }
  const operations = ['getObject', 'listObjectsV2'];
  checkS3(reader, ['Resource', 'ReaderConfig'], operations, { ...place, path });
  problems.required(reader, ['Resource'], path);
  const { ReaderConfig: config = {}, Resource: resource } = reader;
  if (!isObject(config)) {
    problems.schema('Expected value of type [OBJECT]', `${path}/ReaderConfig`);
    return;
  }
  const isListed = String(resource).endsWith(':listObjectsV2');
  checkReaderConfig(config, isListed, { ...place, path: `${path}/ReaderConfig` });
}

function checkReaderConfig(config: JsonObject, isListed: boolean, place: StatePlace): void {
  const { problems, path, language } = place;
  const fields = READER_CONFIG_FIELDS.filter((field) => language === 'JSONPath' || !field.endsWith('Path'));
  problems.unknownFields(config, fields, path);
  checkNumber(config, 'MaxItems', { least: 0, most: MOST_ITEMS }, place);
  checkOneOf(config, 'InputType', INPUT_TYPES, place);
  checkOneOf(config, 'CSVDelimiter', Object.keys(DELIMITERS), place);
  checkOneOf(config, 'CSVHeaderLocation', ['FIRST_ROW', 'GIVEN'], place);
  checkOneOf(config, 'Transformation', ['NONE', 'LOAD_AND_FLATTEN'], place);
  checkOneOf(config, 'ManifestType', ['ATHENA_DATA', 'S3_INVENTORY'], place);
  const { InputType: type, ManifestType: manifest, Transformation: transformation } = config;
  if (type === 'PARQUET') {
    problems.add('NOT_IMPLEMENTED_BY_LOCAL_CLOUD', "ItemReader of InputType 'PARQUET'", path);
  }
  const isRead = isListed ? transformation === 'LOAD_AND_FLATTEN' : manifest !== 'S3_INVENTORY';
  if (isRead) problems.required(config, ['InputType'], path);
  if (type === 'CSV') {
    problems.required(config, ['CSVHeaderLocation'], path);
    if (config.CSVHeaderLocation === 'GIVEN') problems.required(config, ['CSVHeaders'], path);
  }
  const { CSVHeaders: headers } = config;
  const areTexts = Array.isArray(headers) && headers.every((header) => typeof header === 'string');
  if (headers !== undefined && !areTexts) {
    problems.schema('Expected value of type [ARRAY]', `${path}/CSVHeaders`);
  }
}

/** Checks the writer. */
export function checkResultWriter({ ResultWriter: writer }: JsonObject, place: StatePlace): void {
  if (writer === undefined) return;
  const path = `${place.path}/ResultWriter`;
  const { problems } = place;
  if (!isObject(writer)) {
    problems.schema('Expected value of type [OBJECT]', path);
    return;
  }
  checkS3(writer, ['Resource', 'WriterConfig'], ['putObject'], { ...place, path });
  const { WriterConfig: config, Resource: resource } = writer;
  if (resource === undefined && config === undefined) problems.required(writer, ['Resource'], path);
  if (config === undefined) return;
  const configPath = `${path}/WriterConfig`;
  if (!isObject(config)) {
    problems.schema('Expected value of type [OBJECT]', configPath);
    return;
  }
  problems.unknownFields(config, WRITER_CONFIG_FIELDS, configPath);
  const at = { ...place, path: configPath };
  checkOneOf(config, 'Transformation', ['NONE', 'COMPACT', 'FLATTEN'], at);
  checkOneOf(config, 'OutputType', ['JSON', 'JSONL'], at);
  if (resource === undefined && config.OutputType === 'JSONL') {
    problems.add('NOT_IMPLEMENTED_BY_LOCAL_CLOUD', "OutputType 'JSONL' without a Resource", configPath);
  }
}

/** The resource, and where in S3 it reads or writes. */
function checkS3(
  holder: JsonObject,
  fields: readonly string[],
  operations: readonly string[],
  { problems, path, language }: StatePlace,
): void {
  const field = language === 'JSONata' ? 'Arguments' : 'Parameters';
  problems.unknownFields(holder, [...fields, field], path);
  const { Resource: resource } = holder;
  if (resource === undefined) return;
  const known = operations.map((operation) => `arn:aws:states:::s3:${operation}`);
  if (typeof resource !== 'string') {
    problems.schema('Expected value of type [STRING]', `${path}/Resource`);
  } else if (!known.includes(resource)) {
    const message = `The resource provided ${resource} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.`;
    problems.schema(message, `${path}/Resource`);
  }
  problems.required(holder, [field], path);
  const place = holder[field];
  if (isObject(place)) {
    const plain = Object.keys(place).map((name) => name.replace(/\.\$$/, ''));
    for (const name of plain.filter((each) => !S3_FIELDS.includes(each))) {
      problems.schema(`The field "${name}" is not supported by Step Functions`, `${path}/${field}`);
    }
  }
}

function checkOneOf(
  holder: JsonObject,
  field: string,
  values: readonly string[],
  { problems, path }: StatePlace,
): void {
  const value = holder[field];
  if (value === undefined || values.some((each) => each === value)) return;
  problems.schema(`Value should be one of the following: [${values.join(', ')}]`, `${path}/${field}`);
}
