/**
 * `datasets/<version>/sagemaker-manifest.json`: a version as an input of SageMaker's training, processing and transform
 * jobs, without copying a byte.
 *
 * Contents lie under one prefix that all versions share, so a version is a list of names below it (`S3DataType:
 * ManifestFile`) and never a prefix of its own. Files come as they were uploaded, under the name of their hash: rows
 * that the version leaves out and rows that were erased later are in them. Splits have neither, and a prefix of their own.
 */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { objectKey, s3Uri } from '../../shared/keys.ts';
import type { ManifestFile } from '../contract.ts';

/**
 * Writes the manifest to a local file, a name a line, in the order of the version's files. A content that the version
 * has under two paths is named once: names in a channel are unique. Holds 32 bytes for each file.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html
 */
export async function writeSagemakerManifest(
  file: string,
  bucket: string,
  files: Iterable<ManifestFile> | AsyncIterable<ManifestFile>,
): Promise<void> {
  await pipeline(Readable.from(lines(bucket, files)), createWriteStream(file));
}

async function* lines(
  bucket: string,
  files: Iterable<ManifestFile> | AsyncIterable<ManifestFile>,
): AsyncGenerator<string> {
  yield `[{"prefix":${JSON.stringify(s3Uri(bucket, objectKey('')))}}`;
  const named = new Set<string>();
  for await (const { sha256 } of files) {
    // a byte for each character: half of what the hexadecimal text takes
    const bytes = Buffer.from(sha256, 'hex').toString('latin1');
    if (named.has(bytes)) continue;
    named.add(bytes);
    yield `,\n"${sha256}"`;
  }
  yield ']\n';
}
