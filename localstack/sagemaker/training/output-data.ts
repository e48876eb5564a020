/** What a training container leaves: its model and its output data, packed and uploaded. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DescribeTrainingJobResponse } from '@aws-sdk/client-sagemaker';
import { packDirectory } from '../archives.ts';
import { below, parseS3Uri, type RoleS3 } from '../s3-as-role.ts';
import type { OptMl } from './opt-ml.ts';

export interface TrainingOutput {
  readonly job: DescribeTrainingJobResponse;
  readonly tree: OptMl;
  /** For the archives. */
  readonly directory: string;
  /** Whether the container ended well enough to leave a model. */
  readonly withModel: boolean;
}

/** Uploads both. @returns the model's S3 URI, when there is one */
export async function uploadTrainingOutput(
  s3: RoleS3,
  { job, tree, directory, withModel }: TrainingOutput,
): Promise<string | undefined> {
  const { S3OutputPath, KmsKeyId, CompressionType } = job.OutputDataConfig!;
  const output = below(S3OutputPath!, `${job.TrainingJobName}/output`);
  const options = { kmsKeyId: KmsKeyId || undefined };
  const send = async (folder: string, name: string): Promise<string> => {
    if (CompressionType === 'NONE') {
      const prefix = below(output, `${name}/`);
      for (const file of await filesBelow(folder)) {
        await s3.write(parseS3Uri(prefix + file), { file: join(folder, file) }, options);
      }
      return prefix;
    }
    const file = join(directory, `${name}.tar.gz`);
    await packDirectory(folder, file);
    await s3.write(parseS3Uri(below(output, `${name}.tar.gz`)), { file }, options);
    return below(output, `${name}.tar.gz`);
  };
  // a failed job keeps what it wrote for its author to read, but no model
  if (withModel || (await readdir(tree.outputData)).length > 0) await send(tree.outputData, 'output');
  return withModel ? send(tree.model, 'model') : undefined;
}

/** Paths of all files below a folder, relative to it. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1));
}

/** Bytes of all files below a folder. */
export async function bytesBelow(folder: string): Promise<number> {
  const sizes = (await filesBelow(folder)).map(async (file) => (await stat(join(folder, file))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
