/** Distributed Map states: each item, or batch of items, has an execution of its own. */
import { randomUUID } from 'node:crypto';
import type { ItemProcessor } from '../../definition/asl.ts';
import { isTextTooLarge, type Json } from '../../json.ts';
import type { ChildInput, MapRunRecord } from '../../map-run-model.ts';
import type { ExecutionRecord, MachineRevision } from '../../model.ts';
import { mapRunArn, uuidOf } from '../../names.ts';
import { inState, StateFailure } from '../failure.ts';
import { notAnArray } from '../map.ts';
import { tooLarge } from '../payload-size.ts';
import { CloudClosing, recordEvent } from '../strand.ts';
import { integerOption, type Outcome, type Visit } from '../visit.ts';
import { inBatches, prepareBatcher, singly } from './item-batcher.ts';
import { prepareReader, readItems } from './item-reader.ts';
import { itemsIn, type MapItem, mapContext, plainInput } from './items.ts';
import { type PreparedWriter, prepareWriter, resultsInline, writeResults } from './result-writer.ts';
import { runChildren } from './run-children.ts';
import { EXCEED_TOLERATED_FAILURE_THRESHOLD, toleranceOf } from './tolerance.ts';

/** One attempt: a new Map Run, or one that is redriven. @param given what the state maps over without a reader */
export async function attemptDistributedMap(
  visit: Visit,
  processor: ItemProcessor,
  given: () => Promise<Json>,
): Promise<Outcome> {
  const { state, strand, io } = visit;
  const { execution } = strand;
  const { mapRuns } = execution;
  const earlier = takeEarlier(visit);
  const stateData = state.ItemReader ? undefined : await stateItems(visit, given);
  const maxConcurrency = (await integerOption(visit, 'MaxConcurrency')) ?? 0;
  if (!earlier) {
    const length = stateData?.length ?? 0;
    recordEvent(strand, 'MapStateStarted', { mapStateStartedEventDetails: { length } });
  }
  const tolerance = await toleranceOf(visit);
  const reader = state.ItemReader && (await prepareReader(visit, state.ItemReader));
  const batcher = state.ItemBatcher && (await prepareBatcher(visit, state.ItemBatcher));
  const writer = await prepareWriter(visit, state.ResultWriter);
  const run = earlier
    ? redrive(visit, earlier)
    : begin(visit, processor, { maxConcurrency, ...tolerance, isExpress: isExpress(processor) });

  try {
    let inputs = mapRuns.inputs.get(run.arn);
    if (!inputs) {
      const items = reader ? await readItems(visit, reader) : (stateData as MapItem[]);
      const selected = await select(visit, items);
      inputs = batcher ? inBatches(selected, batcher) : singly(selected);
      if (inputs.some(({ input }) => isTextTooLarge(input))) throw tooLarge(visit.name);
      mapRuns.inputs.put(run.arn, inputs);
    }
    const result = await runToResult(visit, run, { processor, inputs, writer });
    end(visit, run, 'SUCCEEDED');
    tellSuccess(visit);
    return { ...(await io.finish(result)), next: state.Next };
  } catch (thrown) {
    if (!isEnded(visit, run)) tellFailure(visit, run, thrown);
    throw thrown;
  }
}

async function stateItems(visit: Visit, given: () => Promise<Json>): Promise<MapItem[]> {
  const value = await given();
  const items = itemsIn(value, 'STATE_DATA');
  if (!items) throw notAnArray(visit, value);
  return items;
}

/** What each item is to its child execution. */
async function select({ state, io }: Visit, items: readonly MapItem[]): Promise<Json[]> {
  // before ItemSelector existed, Map's Parameters shaped the items
  const selector = state.ItemSelector ?? state.Parameters;
  if (selector === undefined) return items.map(plainInput);
  const selected: Json[] = [];
  for (const [index, item] of items.entries()) {
    selected.push(await io.itemTemplate(selector, 'ItemSelector', mapContext(item, index)));
  }
  return selected;
}

function isExpress({ ProcessorConfig }: ItemProcessor): boolean {
  return ProcessorConfig?.ExecutionType === 'EXPRESS';
}

function begin(
  visit: Visit,
  processor: ItemProcessor,
  limits: Pick<
    MapRunRecord,
    'maxConcurrency' | 'toleratedFailureCount' | 'toleratedFailurePercentage' | 'isExpress'
  >,
): MapRunRecord {
  const { state, strand, name } = visit;
  const { cloud, record, machine, mapRuns } = strand.execution;
  const label = state.Label ?? uuidOf(`${name} ${JSON.stringify(processor)}`);
  const run: MapRunRecord = {
    arn: mapRunArn(cloud, machine.name, label, randomUUID()),
    executionArn: record.arn,
    stateMachineArn: `${machine.arn}/${label}`,
    label,
    status: 'RUNNING',
    startDate: cloud.clock.date(),
    redriveCount: 0,
    areResultsWritten: false,
    ...limits,
  };
  mapRuns.runs.put(run.arn, run);
  if (strand.place) strand.place.mapRunArn = run.arn;
  recordEvent(strand, 'MapRunStarted', { mapRunStartedEventDetails: { mapRunArn: run.arn } });
  return run;
}

/** The Map Run with which a redrive goes on; a second attempt begins a new one. */
function takeEarlier(visit: Visit): MapRunRecord | undefined {
  const { redrivenFrom, strand } = visit;
  visit.redrivenFrom = undefined;
  const arn = redrivenFrom?.mapRunArn;
  return arn === undefined ? undefined : strand.execution.mapRuns.runs.get(arn);
}

function redrive({ strand }: Visit, earlier: MapRunRecord): MapRunRecord {
  const { mapRuns, cloud } = strand.execution;
  const { stopDate: _stopDate, ...rest } = earlier;
  const redriveCount = earlier.redriveCount + 1;
  const run: MapRunRecord = {
    ...rest,
    status: 'RUNNING',
    redriveCount,
    redriveDate: cloud.clock.date(),
    areResultsWritten: false,
  };
  mapRuns.runs.put(run.arn, run);
  const details = { mapRunArn: run.arn, redriveCount };
  recordEvent(strand, 'MapRunRedriven', { mapRunRedrivenEventDetails: details });
  return run;
}

interface Plan {
  readonly processor: ItemProcessor;
  readonly inputs: readonly ChildInput[];
  readonly writer: PreparedWriter;
}

/** Runs the child executions and writes their results, those of a run that exceeded its tolerance too. */
async function runToResult(visit: Visit, run: MapRunRecord, plan: Plan): Promise<Json> {
  const { strand } = visit;
  const { execution } = strand;
  const { mapRuns, cloud } = execution;
  const { inputs, writer } = plan;
  const before = new Set(childrenOf(visit, run, inputs).filter(isSuccess));
  const work = { runArn: run.arn, machine: childMachine(visit, run, plan.processor), inputs };

  async function write(): Promise<Json> {
    const children = childrenOf(visit, run, inputs);
    const { key, succeededFiles } = await writeResults(execution, run, writer, {
      succeeded: children.filter((child) => isSuccess(child) && !before.has(child)),
      failed: children.filter((child) => !isSuccess(child)),
      pending: inputs.filter((_, index) => !mapRuns.child(run, index)).map(({ input }) => input),
    });
    const current = mapRuns.runs.get(run.arn) as MapRunRecord;
    mapRuns.runs.put(run.arn, { ...current, succeededFiles, areResultsWritten: true });
    return { MapRunArn: run.arn, ResultWriterDetails: { Bucket: writer.place?.Bucket ?? '', Key: key } };
  }

  try {
    await runChildren(strand, work);
  } catch (thrown) {
    const isExceeded = thrown instanceof StateFailure && thrown.error === EXCEED_TOLERATED_FAILURE_THRESHOLD;
    if (isExceeded && writer.place) await write();
    throw thrown;
  }
  if (writer.place) return write();
  const current = mapRuns.runs.get(run.arn) as MapRunRecord;
  mapRuns.runs.put(run.arn, { ...current, areResultsWritten: true });
  return resultsInline(childrenOf(visit, run, inputs), writer, cloud.clock.now());
}

function isSuccess({ status }: ExecutionRecord): boolean {
  return status === 'SUCCEEDED';
}

/** Those that have been started, in the order of the items. */
function childrenOf({ strand }: Visit, run: MapRunRecord, inputs: readonly ChildInput[]): ExecutionRecord[] {
  const { mapRuns } = strand.execution;
  return inputs.flatMap((_, index) => mapRuns.child(run, index) ?? []);
}

/** The item processor as the state machine of the child executions. */
function childMachine({ strand }: Visit, run: MapRunRecord, processor: ItemProcessor): MachineRevision {
  const { machine, definition } = strand.execution;
  const { ProcessorConfig: _config, ...container } = processor;
  const { QueryLanguage } = definition;
  const text = JSON.stringify({ ...(QueryLanguage ? { QueryLanguage } : {}), ...container });
  return { ...machine, arn: run.stateMachineArn, definition: text };
}

function end({ strand }: Visit, { arn }: MapRunRecord, status: MapRunRecord['status']): void {
  const { mapRuns, cloud } = strand.execution;
  const run = mapRuns.runs.get(arn) as MapRunRecord;
  mapRuns.runs.put(arn, { ...run, status, stopDate: cloud.clock.date() });
}

function isEnded({ strand }: Visit, { arn }: MapRunRecord): boolean {
  return strand.execution.mapRuns.runs.get(arn)?.status !== 'RUNNING';
}

/** AWS lets the state's exit follow the event with which the run began. */
function tellSuccess({ strand }: Visit): void {
  const began = strand.previousEventId;
  recordEvent(strand, 'MapRunSucceeded');
  recordEvent(strand, 'MapStateSucceeded');
  strand.previousEventId = began;
}

function tellFailure(visit: Visit, run: MapRunRecord, thrown: unknown): void {
  const { strand, name, enteredEventId } = visit;
  if (strand.signal.reason instanceof CloudClosing) return;
  if (strand.signal.aborted || !(thrown instanceof StateFailure)) {
    end(visit, run, 'ABORTED');
    recordEvent(strand, 'MapRunAborted');
    return;
  }
  end(visit, run, 'FAILED');
  const { error, failureCause } = inState(thrown, name, enteredEventId);
  recordEvent(strand, 'MapRunFailed', {
    mapRunFailedEventDetails: {
      ...(error === undefined ? {} : { error }),
      ...(failureCause === undefined ? {} : { cause: failureCause }),
    },
  });
}
