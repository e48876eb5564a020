import type { Command } from 'commander';
import type { Connection } from '../client/connect.ts';
import { findVersion } from '../client/versions/documents.ts';
import { type Verification, verifyVersion } from '../client/versions/verify-version.ts';
import { bytesText, plural, print, printable } from './output.ts';
import { connectFor, optionsOf, subcommand, withProgress } from './shared.ts';

export function addVerify(datasets: Command): void {
  subcommand(datasets, 'verify <version>', "read a version's objects again and check their hashes").action(
    async (text: string, _options, command: Command) => {
      const { json } = optionsOf(command);
      const connection = await connectFor(command);
      const version = await findVersion(connection, text);
      const verification = await withProgress(json, (line) =>
        verifyVersion(connection, version, (transferred) => line.update(transferred)),
      );
      print(verification, json, () => verificationText(connection, verification));
      if (!verification.isManifestRight || verification.damages.length > 0) process.exitCode = 1;
    },
  );
}

/** What is damaged, and where its bytes may still be: the bucket keeps what was overwritten or deleted. */
export function verificationText(
  { bucket }: Pick<Connection, 'bucket'>,
  { version, files, bytes, isManifestRight, damages }: Verification,
): string {
  const damaged = damages.reduce((sum, { paths }) => sum + paths.length, 0);
  const manifest = isManifestRight
    ? []
    : ['✗ the manifest has another digest than the catalog: its list of files was changed'];
  if (damaged === 0 && isManifestRight) {
    return `✓ version ${version} is whole: ${plural(files, 'file')}, ${bytesText(bytes)} read and hashed again`;
  }
  return [
    ...manifest,
    ...damages.map(({ paths, reason }) => `✗ ${paths.map(printable).join(', ')}: ${reason}`),
    `version ${version}: ${plural(damaged, 'file')} of ${files} damaged`,
    ...(damages.length > 0
      ? [
          'an older S3 version of the object may still have the bytes; these are its versions:',
          `  aws s3api list-object-versions --bucket ${bucket} --prefix ${damages[0]!.key}`,
        ]
      : []),
  ].join('\n');
}
