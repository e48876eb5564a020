/** Identity of a dataset version. */
import { digestOf } from '../../shared/digest.ts';
import type { DatasetSchema, Manifest, ManifestFile } from '../contract.ts';

/**
 * SHA-256 over path, size and SHA-256 of each file, in order of path. Rows and schema follow from the bytes, and where
 * the bytes were read from is provenance: neither is part of the identity.
 */
export function datasetDigest(files: readonly ManifestFile[]): string {
  return digestOf(inOrder(files).map(({ path, size, sha256 }) => ({ path, size, sha256 })));
}

/** A manifest with its files in order of path. */
export function makeManifest(files: readonly ManifestFile[], schema: DatasetSchema): Manifest {
  return {
    format: 1,
    files: inOrder(files),
    schema,
    rows: files.reduce((sum, { rows }) => sum + rows, 0),
  };
}

/** By code unit, so that no locale changes an identity. */
function inOrder(files: readonly ManifestFile[]): ManifestFile[] {
  return [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}
