/** The right to finish a commit that is announced: its documents, its items, its decision and its event. */
import {
  allowData,
  bindBus,
  bindCatalog,
  type CatalogAccess,
  type DataAccess,
  type PlatformContext,
} from '../shared/platform-context.ts';
import type { PlatformFunction } from '../shared/platform-function.ts';

/** Documents that are staged for commits, by uploads and by runs. */
const STAGED = ['uploads/*', 'datasets/pending/*'];

/**
 * For whoever has to see the project's versions whole: a commit that was cut short is finished by the next one to come.
 * @param also what the function does beside that.
 */
export function allowFinishing(
  fn: PlatformFunction,
  context: PlatformContext,
  also: DataAccess,
  ...catalog: CatalogAccess[]
): void {
  bindCatalog(fn, context, 'get', ...catalog, 'put');
  bindBus(fn, context);
  allowData(fn, context, {
    ...also,
    read: ['uploads/*', 'datasets/*', 'settings/*', ...(also.read ?? [])],
    write: ['datasets/*', ...(also.write ?? [])],
    list: [...STAGED, ...(also.list ?? [])],
  });
}
