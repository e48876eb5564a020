/** A folder kept equal to an S3 prefix while a container writes into it: checkpoints, and continuous outputs. */
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { below, parseS3Uri, type RoleS3 } from '../s3-as-role.ts';
import { filesBelow } from './output-data.ts';

const SYNC_MS = 1_000;
/** Files of the agreement between SageMaker and its images, and files that are not whole yet. */
const NOT_SYNCED = /\.sagemaker-(?:ignore|uploading|uploaded)$/;

export interface FolderSync {
  /** The last round, after which nothing is uploaded. @throws AwsError as S3 throws it. */
  finish(): Promise<void>;
}

export interface FolderSyncOptions {
  readonly folder: string;
  readonly s3Uri: string;
  readonly kmsKeyId?: string | undefined;
  /** Whether what the container deletes is deleted from S3 too. */
  readonly deletes: boolean;
  /** Whether what is in the folder now is in S3 already. */
  readonly isRestored?: boolean;
}

/** Downloads what S3 has into the folder. */
export async function restoreFolder(s3: RoleS3, { folder, s3Uri }: FolderSyncOptions): Promise<void> {
  await mkdir(folder, { recursive: true });
  await s3.downloadPrefix(parseS3Uri(s3Uri.replace(/\/*$/, '/')), folder);
}

/** Uploads every change of the folder, once a second of real time. */
export async function syncFolder(s3: RoleS3, options: FolderSyncOptions): Promise<FolderSync> {
  const { folder, s3Uri, kmsKeyId, deletes } = options;
  await mkdir(folder, { recursive: true });
  const uploaded = new Map<string, string>();
  let round: Promise<void> = Promise.resolve();

  const versions = async (): Promise<Map<string, string>> => {
    const files = (await filesBelow(folder)).filter((file) => !NOT_SYNCED.test(file));
    const seen = files.map(async (file) => {
      const state = await stat(join(folder, file)).catch(() => undefined);
      return [file, state && `${state.mtimeMs} ${state.size}`] as const;
    });
    const present = (await Promise.all(seen)).filter((each): each is [string, string] => !!each[1]);
    return new Map(present);
  };

  async function upload(): Promise<void> {
    const now = await versions();
    for (const [file, version] of now) {
      if (uploaded.get(file) === version) continue;
      const target = parseS3Uri(below(s3Uri, file));
      try {
        await s3.write(target, { file: join(folder, file) }, { kmsKeyId });
        uploaded.set(file, version);
      } catch (error) {
        // renamed or deleted meanwhile: the next round sees what became of it
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
    for (const file of [...uploaded.keys()].filter((each) => !now.has(each))) {
      if (deletes) await s3.remove(parseS3Uri(below(s3Uri, file)));
      uploaded.delete(file);
    }
  }

  if (options.isRestored) for (const [file, version] of await versions()) uploaded.set(file, version);
  const timer = setInterval(() => {
    // a refusal shows again, and counts, in the last round
    round = round.then(upload).catch(() => {});
  }, SYNC_MS);
  return {
    async finish() {
      clearInterval(timer);
      await round;
      await upload();
    },
  };
}
