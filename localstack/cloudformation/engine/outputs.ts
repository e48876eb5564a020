/** A stack's outputs and exports. */
import { validationError } from '../errors.ts';
import type { OutputRecord } from '../records.ts';
import { resolveDynamicReferences } from '../template/dynamic-references.ts';
import { evaluate } from '../template/evaluate.ts';
import type { Json } from '../template/template.ts';
import type { StackDefinition, Surroundings } from './definition.ts';
import type { Operation } from './operation.ts';

function asText(value: Json, key: string): string {
  if (value === null || typeof value === 'object') {
    throw validationError(`Template format error: Output ${key} is malformed. The value must be a string.`);
  }
  return String(value);
}

/** The outputs as the resources are now. @throws AwsError ValidationError for one that cannot be evaluated. */
export function evaluateOutputs(definition: StackDefinition, surroundings: Surroundings): OutputRecord[] {
  const scope = definition.scope(surroundings);
  return definition.outputs.map((key) => {
    const output = definition.template.Outputs?.[key];
    const name = output?.Export?.Name;
    return {
      key,
      value: asText(evaluate(output?.Value ?? '', scope), key),
      ...(output?.Description === undefined ? {} : { description: output.Description }),
      ...(name === undefined ? {} : { exportName: asText(evaluate(name, scope), key) }),
    };
  });
}

/**
 * Evaluates the outputs of a stack that is being deployed and checks its exports.
 * @throws AwsError ValidationError with AWS's text for an export of a taken name, or for one in use that would change.
 */
export async function deployOutputs(
  operation: Operation,
  definition: StackDefinition,
  surroundings: Surroundings,
): Promise<OutputRecord[]> {
  const { store, stackId } = operation;
  const outputs = (await resolveDynamicReferences(
    evaluateOutputs(definition, surroundings) as unknown as Json,
    operation.readParameter,
  )) as unknown as OutputRecord[];
  const taken = store.exports();
  for (const { exportName } of outputs) {
    const owner = exportName === undefined ? undefined : taken.get(exportName);
    if (owner && owner.stackId !== stackId) {
      const ownerName = store.stack(owner.stackId).stackName;
      throw validationError(
        `Export with name ${exportName} is already exported by stack ${ownerName}. Rollback requested by user.`,
      );
    }
  }
  for (const { exportName, value } of operation.stack().outputs) {
    if (exportName === undefined) continue;
    const importers = store.importers(exportName);
    if (importers.length === 0) continue;
    const after = outputs.find((output) => output.exportName === exportName);
    if (!after)
      throw validationError(`Cannot delete export ${exportName} as it is in use by ${importers.join(', ')}`);
    if (after.value !== value) {
      throw validationError(`Cannot update export ${exportName} as it is in use by ${importers.join(', ')}`);
    }
  }
  return outputs;
}
