/** The outputs of a processing job: folders of its container, uploaded file by file. */
import { join } from 'node:path';
import type { DescribeProcessingJobResponse } from '@aws-sdk/client-sagemaker';
import { below, parseS3Uri, type RoleS3 } from '../s3-as-role.ts';
import { type FolderSync, syncFolder } from '../training/folder-sync.ts';
import type { OptMl } from '../training/opt-ml.ts';
import { filesBelow } from '../training/output-data.ts';

/** The job's outputs: some uploaded while the container runs, the others when it has ended well. */
export class ProcessingOutputs {
  private readonly syncs: FolderSync[] = [];
  private readonly s3: RoleS3;
  private readonly tree: OptMl;
  private readonly job: DescribeProcessingJobResponse;

  constructor(s3: RoleS3, tree: OptMl, job: DescribeProcessingJobResponse) {
    this.s3 = s3;
    this.tree = tree;
    this.job = job;
  }

  /** Starts the continuous ones. */
  async begin(): Promise<void> {
    for (const { folder, s3Uri, isContinuous } of this.places()) {
      const { kmsKeyId } = this;
      if (isContinuous)
        this.syncs.push(await syncFolder(this.s3, { folder, s3Uri, kmsKeyId, deletes: false }));
    }
  }

  /** Uploads what is left. @param isComplete whether the container ended well. @throws AwsError as S3 throws it */
  async finish(isComplete: boolean): Promise<void> {
    await Promise.all(this.syncs.map((sync) => sync.finish()));
    const atEnd = this.places().filter(({ isContinuous }) => isComplete && !isContinuous);
    for (const { folder, s3Uri } of atEnd) {
      for (const file of await filesBelow(folder)) {
        const target = parseS3Uri(below(s3Uri, file));
        await this.s3.write(target, { file: join(folder, file) }, { kmsKeyId: this.kmsKeyId });
      }
    }
  }

  private get kmsKeyId(): string | undefined {
    return this.job.ProcessingOutputConfig?.KmsKeyId || undefined;
  }

  private places(): { folder: string; s3Uri: string; isContinuous: boolean }[] {
    return (this.job.ProcessingOutputConfig?.Outputs ?? []).map(({ S3Output }) => ({
      folder: this.tree.relocate(S3Output!.LocalPath!),
      s3Uri: S3Output!.S3Uri!,
      isContinuous: S3Output!.S3UploadMode === 'Continuous',
    }));
  }
}
