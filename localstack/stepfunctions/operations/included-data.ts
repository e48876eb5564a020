/** `includedData` of the Describe operations: definitions, inputs and outputs are always part of the answer here. */
import { NotImplementedByLocalCloud } from '../../core/errors.ts';

/** @throws NotImplementedByLocalCloud for a description without data */
export function requireAllData(
  operation: string,
  { includedData = 'ALL_DATA' }: { readonly includedData?: string | undefined },
): void {
  if (includedData === 'ALL_DATA') return;
  throw new NotImplementedByLocalCloud(`states ${operation} with includedData ${includedData}`);
}
