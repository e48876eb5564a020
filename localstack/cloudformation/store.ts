/** Stacks, their resources, events and change sets: in memory for reading, written through to the collections. */
import type { Cloud } from '../core/cloud.ts';
import type { Collection } from '../core/collection.ts';
import { validationError } from './errors.ts';
import type { ChangeSetRecord, EventRecord, ResourceRecord, StackRecord } from './records.ts';

const SERVICE = 'cloudformation';
const SEQUENCE_DIGITS = 8;

export class Store {
  private readonly stacks: Collection<StackRecord>;
  private readonly resourceRows: Collection<ResourceRecord>;
  private readonly eventRows: Collection<EventRecord>;
  private readonly changeSets: Collection<ChangeSetRecord>;
  private readonly resourcesByStack = new Map<string, Map<string, ResourceRecord>>();
  private readonly eventsByStack = new Map<string, EventRecord[]>();

  constructor(cloud: Cloud) {
    this.stacks = cloud.collection(SERVICE, 'stacks');
    this.resourceRows = cloud.collection(SERVICE, 'resources');
    this.eventRows = cloud.collection(SERVICE, 'events');
    this.changeSets = cloud.collection(SERVICE, 'change-sets');
    for (const [key, resource] of this.resourceRows.entries()) {
      this.resourceMap(key.slice(0, key.indexOf('#'))).set(resource.logicalId, resource);
    }
    for (const event of this.eventRows.values()) this.events(event.stackId).push(event);
    for (const events of this.eventsByStack.values()) events.sort((a, b) => a.timestamp - b.timestamp);
  }

  /** A stack by id, or a live one by name. */
  find(nameOrId: string): StackRecord | undefined {
    if (nameOrId.startsWith('arn:')) return this.stacks.get(nameOrId);
    return this.stacks
      .values()
      .find((stack) => stack.stackName === nameOrId && stack.status !== 'DELETE_COMPLETE');
  }

  /** @throws AwsError ValidationError with AWS's text for a stack that is not there. */
  stack(nameOrId: string, message = `Stack [${nameOrId}] does not exist`): StackRecord {
    const stack = this.find(nameOrId);
    if (!stack) throw validationError(message);
    return stack;
  }

  allStacks(): StackRecord[] {
    return this.stacks.values().sort((a, b) => b.creationTime - a.creationTime);
  }

  putStack(stack: StackRecord): void {
    this.stacks.put(stack.stackId, stack);
  }

  removeStack(stackId: string): void {
    this.stacks.delete(stackId);
  }

  private resourceMap(stackId: string): Map<string, ResourceRecord> {
    const map = this.resourcesByStack.get(stackId) ?? new Map<string, ResourceRecord>();
    this.resourcesByStack.set(stackId, map);
    return map;
  }

  resources(stackId: string): ResourceRecord[] {
    return [...this.resourceMap(stackId).values()];
  }

  resource(stackId: string, logicalId: string): ResourceRecord | undefined {
    return this.resourceMap(stackId).get(logicalId);
  }

  putResource(stackId: string, resource: ResourceRecord): void {
    this.resourceMap(stackId).set(resource.logicalId, resource);
    this.resourceRows.put(`${stackId}#${resource.logicalId}`, resource);
  }

  removeResource(stackId: string, logicalId: string): void {
    this.resourceMap(stackId).delete(logicalId);
    this.resourceRows.delete(`${stackId}#${logicalId}`);
  }

  /** Oldest first. */
  events(stackId: string): EventRecord[] {
    const events = this.eventsByStack.get(stackId) ?? [];
    this.eventsByStack.set(stackId, events);
    return events;
  }

  addEvent(event: EventRecord): void {
    const events = this.events(event.stackId);
    events.push(event);
    const sequence = String(events.length).padStart(SEQUENCE_DIGITS, '0');
    this.eventRows.put(`${event.stackId}#${sequence}`, event);
  }

  changeSetsOf(stackId: string): ChangeSetRecord[] {
    return this.changeSets.values().filter((changeSet) => changeSet.stackId === stackId);
  }

  changeSetById(changeSetId: string): ChangeSetRecord | undefined {
    return this.changeSets.get(changeSetId);
  }

  putChangeSet(changeSet: ChangeSetRecord): void {
    this.changeSets.put(changeSet.changeSetId, changeSet);
  }

  removeChangeSet(changeSetId: string): void {
    this.changeSets.delete(changeSetId);
  }

  /** Exports of live stacks by name. */
  exports(): Map<string, { readonly stackId: string; readonly value: string }> {
    const live = this.stacks.values().filter((stack) => stack.status !== 'DELETE_COMPLETE');
    return new Map(
      live.flatMap((stack) =>
        stack.outputs.flatMap((output) =>
          output.exportName === undefined
            ? []
            : [[output.exportName, { stackId: stack.stackId, value: output.value }] as const],
        ),
      ),
    );
  }

  /** Names of the live stacks that import an export. */
  importers(exportName: string): string[] {
    return this.stacks
      .values()
      .filter((stack) => stack.status !== 'DELETE_COMPLETE' && stack.imports.includes(exportName))
      .map((stack) => stack.stackName);
  }
}
