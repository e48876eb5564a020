/** JSON Patch on a resource's model, on whole properties. */
import type { Properties } from '../cloudformation/resources/handler.ts';
import { convert, refusedProperty } from '../cloudformation/resources/shape.ts';
import type { Json, JsonObject } from '../cloudformation/template/template.ts';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';

export interface PatchOperation {
  readonly op: string;
  /** JSON pointer. */
  readonly path: string;
  readonly value?: Json;
}

/**
 * The model after the patch.
 * @throws AwsError NotUpdatableException for a property that only creation may set; NotImplementedByLocalCloud for a
 *   path into a property, and for operations other than `add`, `replace` and `remove`.
 */
export function applyPatch(
  model: JsonObject,
  patch: readonly PatchOperation[],
  properties: Properties,
): JsonObject {
  const next = { ...model };
  const createOnly = patch
    .map(({ path }) => path)
    .filter((path) => properties[path.slice(1)]?.onChange === 'replace');
  if (createOnly.length > 0) {
    const names = createOnly.map((path) => `/properties${path}`).join(', ');
    throw new AwsError(
      'NotUpdatableException',
      `Invalid patch update: createOnlyProperties [${names}] cannot be updated`,
    );
  }
  for (const { op, path, value } of patch) {
    const name = path.slice(1);
    if (!path.startsWith('/') || name.includes('/')) {
      throw new NotImplementedByLocalCloud(`cloudcontrolapi patch of ${path}`);
    }
    const property = properties[name];
    if (!property) throw refusedProperty(name, 'a cloudcontrolapi patch');
    if (op === 'remove') delete next[name];
    else if ((op === 'add' || op === 'replace') && value !== undefined) {
      next[name] = convert(property.shape, value, name, 'a cloudcontrolapi patch');
    } else throw new NotImplementedByLocalCloud(`cloudcontrolapi patch operation ${op}`);
  }
  return next;
}
