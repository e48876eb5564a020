/** An upload that adds nothing: every file of it is in the version that it would add to. */
import { join } from 'node:path';
import { droppedKey } from '../../shared/keys.ts';
import { downloadObject } from '../../shared/objects.ts';
import type { ChecksDocument, ScanResult } from '../contract.ts';
import type { ScanContext, ScanPlace } from './scan-context.ts';
import { stageVersion } from './stage-version.ts';

/** Stages the head again, whose digest says that nothing changed. Needs the tables `own_files` and `head_files`. */
export async function stageUnchanged(context: ScanContext, place: ScanPlace): Promise<ScanResult> {
  const { settings, plan } = context;
  const head = context.head!;
  const { format: _format, digest: _digest, fileCount: _count, bytes: _bytes, ...parts } = head.header;
  const checks: ChecksDocument = {
    format: 1,
    upload: plan.upload,
    verdict: 'PASS',
    checks: [
      {
        check: 'files-new',
        severity: 'info',
        verdict: 'PASS',
        reason: `Version ${head.version} has the content of every file already.`,
        examples: [],
      },
    ],
  };
  const dropped = join(place.directory, 'dropped.parquet');
  if (parts.droppedRows > 0) {
    await downloadObject(settings.dataBucket, droppedKey(head.version), dropped);
  }
  return stageVersion(
    { context, place },
    {
      checks,
      profile: head.profile,
      parts,
      adds: true,
      dropped: parts.droppedRows > 0 ? dropped : undefined,
    },
  );
}
