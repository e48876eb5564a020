/** The documents of a dataset version. */

import type { Manifest } from '../../../lambdas/datasets/contract.ts';
import type { VersionItem } from '../../../lambdas/shared/catalog-items.ts';
import { manifestKey } from '../../../lambdas/shared/keys.ts';
import { readJson } from '../actions.ts';
import { getHead, getVersion } from '../catalog.ts';
import { type Connection, UsageError } from '../connect.ts';

/** A version as the catalog and its manifest tell of it. */
export interface ListedVersion {
  readonly item: VersionItem;
  /** All of its files at once: some hundred bytes each. */
  readonly manifest: Manifest;
}

/**
 * The version that a person means.
 * @param text a number, or `head`.
 * @throws UsageError when there is no such version.
 */
export async function findVersion(connection: Connection, text: string): Promise<ListedVersion> {
  const version = await numberOf(connection, text);
  const item = await getVersion(connection, version);
  if (!item) {
    throw new UsageError(
      `version: got ${version}; allowed: one that "${connection.project}" has; see them with: driftless datasets`,
    );
  }
  return { item, manifest: await readJson<Manifest>(connection, manifestKey(version)) };
}

async function numberOf(connection: Connection, text: string): Promise<number> {
  if (text === 'head') {
    const head = await getHead(connection);
    if (head) return head.version;
    throw new UsageError(
      'version: got "head", but there is no version yet; upload one: driftless upload FILE',
    );
  }
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`version: got "${text}"; allowed: a number from 1, or head`);
}
