/** What intrinsics find while an operation runs: the resources as they are, and other stacks' exports. */
import { validationError } from '../errors.ts';
import type { ResourceRecord } from '../records.ts';
import type { Store } from '../store.ts';
import { type Json, ownMember } from '../template/template.ts';
import type { Surroundings } from './definition.ts';

/** An attribute of a resource, dotted names into its data included. */
export function attributeOf(resource: ResourceRecord, name: string): Json {
  const direct = ownMember(resource.attributes, name);
  if (direct !== undefined) return direct;
  const isCustom =
    resource.type.startsWith('Custom::') || resource.type === 'AWS::CloudFormation::CustomResource';
  throw validationError(
    isCustom
      ? `CustomResource attribute error: Vendor response doesn't contain ${name} attribute in object ${resource.physicalId}`
      : `Attribute '${name}' does not exist on ${resource.type} ${resource.logicalId}`,
  );
}

/** The value of an export. @throws AwsError ValidationError with AWS's text when no stack exports it. */
export function importedValue(store: Store, exportName: string): string {
  const found = store.exports().get(exportName);
  if (!found) throw validationError(`No export named ${exportName} found.`);
  return found.value;
}

/** Surroundings of a running operation; `imported` collects the names of the exports that were used. */
export function liveSurroundings(store: Store, stackId: string, imported: Set<string>): Surroundings {
  const existing = (logicalId: string) => {
    const resource = store.resource(stackId, logicalId);
    if (resource) return resource;
    throw validationError(`Template error: instance of Ref references undefined resource ${logicalId}`);
  };
  return {
    ref: (logicalId) => existing(logicalId).physicalId ?? '',
    attribute: (logicalId, name) => attributeOf(existing(logicalId), name),
    importValue(exportName) {
      imported.add(exportName);
      return importedValue(store, exportName);
    },
  };
}
