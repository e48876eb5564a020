/** An upload: one file by itself, several in a folder that is committed by its marker. */
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { INCOMING_PREFIX, LABELS_PREFIX, SUCCESS_MARKER } from '../../../lambdas/shared/keys.ts';
import { type Connection, UsageError } from '../connect.ts';
import { ByteBudget, mapLimited } from '../map-limited.ts';
import { type FoundFile, type FoundFiles, findFiles } from './find-files.ts';
import { LARGEST_FILE_BYTES } from './parts.ts';
import { type Sender, type SentObject, sendFile } from './send-file.ts';
import { checkFolderName, folderFor, hasArrived, leftoversBelow } from './upload-folder.ts';

/** Files under way at once: small ones wait for round trips, not for the wire. */
const FILES_AT_ONCE = 32;
/** Bytes held in memory at once, over all files. */
const BUDGET_BYTES = 64 * 1024 ** 2;
/** Of a key in UTF-8. @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const LONGEST_KEY_BYTES = 1024;

/** How far an upload has come. */
export interface Progress {
  readonly files: number;
  readonly filesDone: number;
  readonly bytes: number;
  /** Sent by this command. */
  readonly sentBytes: number;
  /** Sent by an earlier command that was interrupted. */
  readonly keptBytes: number;
}

export interface UploadOptions {
  /** Folder below `incoming/`. @default - one file goes without a folder, several into one of a name of our making */
  readonly name?: string;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Uploaded {
  /** `incoming/...` keys, in the order of the files. */
  readonly keys: readonly string[];
  /** What the upload is called: the folder, or the file that was sent alone. */
  readonly upload: string;
  /** The object whose arrival commits it. */
  readonly committedBy: SentObject;
  readonly progress: Progress;
  /** Files that were left out because their names begin with `.` or `_`. */
  readonly hidden: number;
}

/**
 * Uploads files to be committed together. Interrupted, the same call goes on where it stopped.
 * @throws UsageError when the files cannot be one upload.
 */
export async function uploadFiles(
  connection: Connection,
  paths: readonly string[],
  options: UploadOptions = {},
): Promise<Uploaded> {
  return uploadFound(connection, await findFiles(paths), options);
}

/** As `uploadFiles`, of files that were looked up before. */
export async function uploadFound(
  connection: Connection,
  { files, hidden }: FoundFiles,
  { name, onProgress }: UploadOptions = {},
): Promise<Uploaded> {
  const isAlone = files.length === 1 && name === undefined;
  const upload = isAlone
    ? files[0]!.path
    : name === undefined
      ? await folderFor(connection, files, new Date())
      : checkFolderName(name);
  const prefix = isAlone ? INCOMING_PREFIX : `${INCOMING_PREFIX}${upload}/`;
  assertSendable(files, prefix);

  const { sender, finished, progress } = meter(connection, files, onProgress);
  const leftovers = await leftoversBelow(connection, isAlone ? prefix + upload : prefix);
  const sent = await mapLimited(files, FILES_AT_ONCE, async (file): Promise<SentObject> => {
    const key = prefix + file.path;
    // a file alone is sent even if it is there: its arrival is what asks for a version
    if (!isAlone && (await hasArrived(connection, leftovers, prefix, file))) sender.onKept(file.size);
    else {
      const object = await sendFile(sender, key, file, leftovers.unfinished.get(key));
      finished();
      return object;
    }
    finished();
    return { key };
  });
  return {
    keys: sent.map(({ key }) => key),
    upload,
    committedBy: isAlone ? sent[0]! : await putMarker(connection, prefix + SUCCESS_MARKER),
    progress: progress(),
    hidden,
  };
}

/** Uploads files of label records, each by itself. @returns their keys. */
export async function uploadLabelFiles(
  connection: Connection,
  { files }: FoundFiles,
  onProgress?: UploadOptions['onProgress'],
): Promise<string[]> {
  const { sender, finished } = meter(connection, files, onProgress);
  const { unfinished } = await leftoversBelow(connection, LABELS_PREFIX);
  return mapLimited(files, FILES_AT_ONCE, async (file) => {
    const key = LABELS_PREFIX + file.path;
    await sendFile(sender, key, file, unfinished.get(key));
    finished();
    return key;
  });
}

/** Uploads one file of label records. @returns its key. */
export async function uploadLabels(connection: Connection, file: string): Promise<string> {
  return (await uploadLabelFiles(connection, await findFiles([file])))[0]!;
}

async function putMarker({ s3, bucket }: Connection, key: string): Promise<SentObject> {
  // an empty string would make the SDK warn of a stream
  const { VersionId } = await s3.send(
    new PutObjectCommand({ Bucket: bucket, Key: key, Body: new Uint8Array() }),
  );
  return { key, versionId: VersionId };
}

function meter(
  { s3, bucket }: Connection,
  files: readonly FoundFile[],
  onProgress: UploadOptions['onProgress'],
): { sender: Sender; finished: () => void; progress: () => Progress } {
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  let [filesDone, sentBytes, keptBytes] = [0, 0, 0];
  const progress = () => ({ files: files.length, filesDone, bytes, sentBytes, keptBytes });
  const tell = () => onProgress?.(progress());
  return {
    progress,
    finished: () => {
      filesDone++;
      tell();
    },
    sender: {
      s3,
      bucket,
      budget: new ByteBudget(BUDGET_BYTES),
      onSent: (count) => {
        sentBytes += count;
        tell();
      },
      onKept: (count) => {
        keptBytes += count;
        tell();
      },
    },
  };
}

/** What would be refused or left out later, said before the first byte is sent. */
function assertSendable(files: readonly FoundFile[], prefix: string): void {
  for (const { file, path, size } of files) {
    if (path.split('/').some((segment) => /^[._]/.test(segment))) {
      throw new UsageError(
        `${file}: names that begin with . or _ are no data of an upload; rename the file, or leave it out`,
      );
    }
    const keyBytes = Buffer.byteLength(prefix + path);
    if (keyBytes > LONGEST_KEY_BYTES) {
      throw new UsageError(
        `${file}: its key would have ${keyBytes} bytes; allowed: ${LONGEST_KEY_BYTES}; shorten the path, or upload from a folder further down`,
      );
    }
    if (size > LARGEST_FILE_BYTES) {
      throw new UsageError(
        `${file}: ${size} bytes; allowed: ${LARGEST_FILE_BYTES} (5 TiB) in one object; split it`,
      );
    }
  }
}
