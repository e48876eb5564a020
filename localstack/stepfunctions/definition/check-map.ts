/** What Map states ask beyond their fields' names. */
import { isObject, type JsonObject } from '../json.ts';
import { isName } from '../names.ts';
import { checkItemReader, checkResultWriter } from './check-map-s3.ts';
import {
  BATCHER_FIELDS,
  DISTRIBUTED_FIELDS,
  MAP_PATH_FIELDS,
  PROCESSOR_CONFIG_FIELDS,
  PROCESSOR_FIELDS,
} from './fields.ts';
import { checkNumber } from './numbers.ts';
import type { StatePlace } from './validate.ts';

const LARGEST_BATCH_BYTES = 262_144;
const LONGEST_LABEL = 40;

/** Checks a Map state. @returns its processor and where its states stand, to be checked in turn */
export function checkMap(
  state: JsonObject,
  place: StatePlace,
): { processor: JsonObject; place: StatePlace } | undefined {
  const { problems, path, language } = place;
  checkNumber(state, 'MaxConcurrency', { least: 0 }, place);
  checkNumber(state, 'ToleratedFailureCount', { least: 0 }, place);
  checkNumber(state, 'ToleratedFailurePercentage', { least: 0, most: 100, isFloat: true }, place);
  if (language === 'JSONPath') checkReferencePaths(state, MAP_PATH_FIELDS, place);
  const field = state.Iterator === undefined ? 'ItemProcessor' : 'Iterator';
  problems.required(state, [field], path);
  const processor = state[field];
  if (processor === undefined) return undefined;
  const processorPath = `${path}/${field}`;
  if (!isObject(processor)) {
    problems.schema('Expected value of type [OBJECT]', processorPath);
    return undefined;
  }
  problems.unknownFields(processor, PROCESSOR_FIELDS, processorPath);
  const mode = checkConfig(processor, `${processorPath}/ProcessorConfig`, place);
  if (mode === 'DISTRIBUTED') checkDistributed(state, place);
  else {
    for (const name of DISTRIBUTED_FIELDS) {
      if (state[name] !== undefined) problems.schema(`Field '${name}' is not supported`, path);
    }
  }
  const config = isObject(processor.ProcessorConfig) ? processor.ProcessorConfig : {};
  const isExpress = mode === 'DISTRIBUTED' ? config.ExecutionType === 'EXPRESS' : place.isExpress;
  return { processor, place: { ...place, path: processorPath, isExpress } };
}

function checkConfig(processor: JsonObject, path: string, { problems }: StatePlace): string {
  const { ProcessorConfig: config } = processor;
  if (config === undefined) return 'INLINE';
  if (!isObject(config)) {
    problems.schema('Expected value of type [OBJECT]', path);
    return 'INLINE';
  }
  problems.unknownFields(config, PROCESSOR_CONFIG_FIELDS, path);
  const { Mode: mode = 'INLINE', ExecutionType: type } = config;
  if (mode !== 'INLINE' && mode !== 'DISTRIBUTED') {
    problems.schema('Value should be one of the following: [INLINE, DISTRIBUTED]', `${path}/Mode`);
  }
  if (mode === 'DISTRIBUTED') problems.required(config, ['ExecutionType'], path);
  if (type !== undefined && type !== 'STANDARD' && type !== 'EXPRESS') {
    problems.schema('Value should be one of the following: [STANDARD, EXPRESS]', `${path}/ExecutionType`);
  }
  return String(mode);
}

function checkDistributed(state: JsonObject, place: StatePlace): void {
  const { problems, path } = place;
  if (place.isExpress) {
    problems.schema("Express state machine does not support Map state in 'DISTRIBUTED' mode", path);
  }
  checkLabel(state, place);
  checkItemReader(state, place);
  checkBatcher(state, place);
  checkResultWriter(state, place);
}

function checkLabel({ Label: label }: JsonObject, { problems, path, found }: StatePlace): void {
  if (label === undefined) return;
  const location = `${path}/Label`;
  if (typeof label !== 'string') {
    problems.schema('Expected value of type [STRING]', location);
    return;
  }
  if (!isName(label, LONGEST_LABEL)) {
    problems.add('INVALID_LABEL_NAME', `Invalid label name: ${label}`, location);
    return;
  }
  if (found.labels.has(label))
    problems.add('DUPLICATE_LABEL_NAME', `Duplicate label name: ${label}`, location);
  found.labels.add(label);
}

function checkBatcher({ ItemBatcher: batcher }: JsonObject, place: StatePlace): void {
  const { problems, language } = place;
  if (batcher === undefined) return;
  const path = `${place.path}/ItemBatcher`;
  if (!isObject(batcher)) {
    problems.schema('Expected value of type [OBJECT]', path);
    return;
  }
  const fields = BATCHER_FIELDS.filter((field) => language === 'JSONPath' || !field.endsWith('Path'));
  problems.unknownFields(batcher, fields, path);
  checkNumber(batcher, 'MaxItemsPerBatch', { least: 0 }, { ...place, path });
  const range = { least: 0, most: LARGEST_BATCH_BYTES };
  checkNumber(batcher, 'MaxInputBytesPerBatch', range, { ...place, path });
  const limits = BATCHER_FIELDS.filter((field) => field.startsWith('Max'));
  if (!limits.some((field) => batcher[field] !== undefined)) {
    const either = fields.filter((field) => field.startsWith('Max')).join(', ');
    problems.schema(`There should be at least one of the following fields: [${either}]`, path);
  }
  if (language === 'JSONPath') checkReferencePaths(batcher, limits, { ...place, path });
}

/** Paths of options name one value of the state's input. */
function checkReferencePaths(
  holder: JsonObject,
  fields: readonly string[],
  { problems, path }: Pick<StatePlace, 'problems' | 'path'>,
): void {
  for (const field of fields) {
    const value = holder[field];
    if (!field.endsWith('Path') || value === undefined) continue;
    const isReference =
      typeof value === 'string' && /^\$(?!\$)[^*@?:()]*$/.test(value) && !value.includes('..');
    if (!isReference) problems.schema('Value is not a Reference Path', `${path}/${field}`);
  }
}
