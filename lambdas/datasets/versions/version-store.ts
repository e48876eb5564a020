/**
 * Makes dataset versions: the only code that writes `VERSION#`, `VERSION_DIGEST#`, `HEAD` and `COMMIT` items.
 *
 * A commit is announced in the project's one `COMMIT` item by a conditional write (that is where its number is won),
 * then finished in steps that may each be repeated: documents, version item, digest item, head, decision, event; last
 * the announcement is taken down. A killed run is finished by whoever commits next, so numbers have no holes, commits
 * are in the order of their announcements, and no event is lost.
 *
 * The documents of a candidate are staged in S3 before it is announced and are never changed or removed by a program:
 * a rule of the bucket removes them days later, when the commit is long finished.
 */
import { createItem, getItem, replaceItem, type Stored } from '../../shared/catalog.ts';
import {
  type CommitItem,
  type HeadItem,
  type PendingCommit,
  projectPk,
  SK,
  type VersionItem,
} from '../../shared/catalog-items.ts';
import { nowIso } from '../../shared/clock.ts';
import { recordDecision } from '../../shared/decisions.ts';
import { NonRetryableError, RetryableError } from '../../shared/errors.ts';
import { publish } from '../../shared/events.ts';
import { versionPrefix } from '../../shared/keys.ts';
import { copyDocument, listObjects } from '../../shared/objects.ts';
import type { Judgement } from '../../shared/verdict.ts';
import type { ManifestHeader } from '../contract.ts';
import { loadManifestHeader } from './manifest.ts';

/** Commits that lose the race look again; each loss means that another commit went through. */
const ATTEMPTS = 20;
/** Staged for the commit itself, not part of the version. */
const WORKING_DOCUMENTS: readonly string[] = ['files.jsonl', 'copies.jsonl'];

export interface Head extends HeadItem {
  readonly item: VersionItem;
  /** The manifest without its files, which `manifestFiles` streams. */
  readonly header: ManifestHeader;
}

/** A version that may be committed: everything that depends on the head has been looked at with this head. */
export interface Candidate {
  /**
   * Ends in `/`. Holds `manifest.json` and every other document of the version; different contents, and the same
   * contents looked at with another head, have different prefixes. What the manifest names is under `objects/` by now.
   */
  readonly stagedPrefix: string;
  /** Of the staged manifest. */
  readonly header: Pick<ManifestHeader, 'digest' | 'rows' | 'fileCount' | 'bytes' | 'schemaVersion'>;
  /** Of its checks. */
  readonly verdict: 'PASS' | 'WARN';
  readonly source: VersionItem['source'];
  readonly labelFiles: readonly string[];
  /** One sentence on how it came about, for the decision. */
  readonly note?: string;
  /** What its checks warn of, in plain words. */
  readonly warnings?: string;
}

export interface CommitOutcome {
  readonly outcome: 'versioned' | 'unchanged' | 'moved-back';
  readonly version: number;
  readonly digest: string;
  readonly rows: number;
  readonly judgement: Judgement;
}

export interface CommitOptions<Refusal> {
  readonly project: string;
  readonly bucket: string;
  /** Upload or run, for messages. */
  readonly commit: string;
  /**
   * Called again when another commit came in between, or `renewCommits`; returns a refusal to end without a commit.
   * @param lastSchemaVersion highest number that a schema of the project has; 0 before the first version.
   */
  readonly build: (
    head: Head | undefined,
    lastSchemaVersion: number,
  ) => Promise<Candidate | { readonly refusal: Refusal }>;
}

/** The version that the head points at, with its manifest's header; undefined before the first. */
export async function loadHead(project: string, bucket: string): Promise<Head | undefined> {
  const head = await getItem<HeadItem>(projectPk(project), SK.head);
  return head && { ...head.item, ...(await loadVersion(project, bucket, head.item.version)) };
}

/** A version's item and its manifest's header. @throws NonRetryableError when the manifest does not exist. */
export async function loadVersion(
  project: string,
  bucket: string,
  version: number,
): Promise<{ item: VersionItem; header: ManifestHeader }> {
  const [item, header] = await Promise.all([
    getItem<VersionItem>(projectPk(project), SK.version(version)),
    loadManifestHeader(bucket, version),
  ]);
  if (!item) throw new RetryableError(`version ${version} of "${project}" is not in the catalog yet`);
  return { item: item.item, header };
}

/**
 * Commits a candidate and moves the head to it.
 * @throws RetryableError (code `CommitContended`) when other commits kept coming in between.
 */
export async function commitVersion<Refusal>(
  options: CommitOptions<Refusal>,
): Promise<CommitOutcome | { readonly refusal: Refusal }> {
  const { project, bucket, commit } = options;
  const pk = projectPk(project);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const state = await finishPendingCommit(project, bucket);
    const head = await loadHead(project, bucket);
    const { lastVersion = 0, lastSchemaVersion = 0 } = state?.item ?? {};
    const candidate = await options.build(head, lastSchemaVersion);
    if ('refusal' in candidate) return candidate;
    const { digest, rows } = candidate.header;

    if (head?.digest === digest) {
      const judgement = judge('PASS', `Same content as version ${head.version}, which is the head.`, {
        digest,
        version: head.version,
      });
      return { outcome: 'unchanged', version: head.version, digest, rows, judgement };
    }
    const pending = await announce(options, candidate, digest, lastVersion + 1);
    const { version, schemaVersion } = pending.item;
    const next: CommitItem = {
      lastVersion: Math.max(lastVersion, version),
      lastSchemaVersion: Math.max(lastSchemaVersion, schemaVersion),
      pending,
    };
    // Won only if nobody announced since `state` was read, so head and digests are still what `build` saw.
    if (!(await replaceItem(pk, SK.commit, next, state?.revision))) continue;
    await finishPendingCommit(project, bucket);
    const outcome = pending.kind === 'new' ? 'versioned' : 'moved-back';
    return { outcome, version, digest, rows, judgement: pending.judgement };
  }
  throw contended(`commit ${commit} of "${project}" met ${ATTEMPTS} other commits; try again`, {
    project,
    commit,
  });
}

async function announce(
  { project, bucket }: CommitOptions<unknown>,
  { header, stagedPrefix, verdict, source, labelFiles, note, warnings }: Candidate,
  digest: string,
  nextVersion: number,
): Promise<PendingCommit> {
  const made = source.kind === 'upload' ? { upload: source.upload } : { run: source.run };
  const older = await getItem<{ version: number }>(projectPk(project), SK.versionDigest(digest));
  if (older) {
    const { version } = older.item;
    const { item } = await loadVersion(project, bucket, version);
    const judgement = judge('PASS', `Same content as version ${version}: the head moves back to it.`, {
      outcome: 'moved-back' satisfies CommitOutcome['outcome'],
      digest,
      version,
    });
    return { kind: 'move', item, judgement, ...made };
  }
  const { rows, fileCount, bytes, schemaVersion } = header;
  const item: VersionItem = {
    version: nextVersion,
    digest,
    rows,
    files: fileCount,
    bytes,
    schemaVersion,
    createdAt: nowIso(),
    source,
    labelFiles,
  };
  const judgement = judge(
    verdict,
    `Version ${nextVersion}: ${rows} ${rows === 1 ? 'row' : 'rows'} in ${fileCount} ${fileCount === 1 ? 'file' : 'files'}.${note === undefined ? '' : ` ${note}`}`,
    {
      outcome: 'versioned' satisfies CommitOutcome['outcome'],
      digest,
      version: nextVersion,
      rows,
      ...(warnings === undefined ? {} : { warnings }),
    },
  );
  return { kind: 'new', item, stagedPrefix, judgement, ...made };
}

/**
 * Finishes the commit that is announced, if there is one. Safe to call at any time, by anybody, more than once.
 * @returns the commit item without a pending commit, as it is now.
 */
export async function finishPendingCommit(
  project: string,
  bucket: string,
): Promise<Stored<CommitItem> | undefined> {
  const pk = projectPk(project);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const state = await getItem<CommitItem>(pk, SK.commit);
    if (!state?.item.pending) return state;
    const { pending, ...numbers } = state.item;
    const { version, digest, rows } = pending.item;
    if (pending.kind === 'new') {
      await copyDocuments(bucket, pending);
      await createItem(pk, SK.version(version), pending.item);
      await createItem(pk, SK.versionDigest(digest), { version });
    }
    if (!(await moveHead(project, state, { version, digest }))) continue;
    await recordDecision({
      project,
      kind: 'upload',
      subject: pending.upload ?? pending.run ?? String(version),
      by: pending.upload ? 'commit-upload' : 'assemble-dataset',
      judgement: pending.judgement,
    });
    const { upload, run } = pending;
    const warnings = pending.judgement.inputs.warnings as string | undefined;
    await publish('DatasetVersioned', { project, version, digest, rows, upload, run, warnings });
    // lost only to somebody who finished the same commit
    await replaceItem(pk, SK.commit, numbers satisfies CommitItem, state.revision);
  }
  throw contended(`the pending commit of "${project}" keeps changing; try again`, { project });
}

/**
 * Makes commits that are not announced yet look again at what they depend on beside the head; those that are announced
 * are finished, so that their versions are there. Called after the list of keys to forget has grown.
 */
export async function renewCommits(project: string, bucket: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const state = await finishPendingCommit(project, bucket);
    const same: CommitItem = state?.item ?? { lastVersion: 0 };
    if (await replaceItem(projectPk(project), SK.commit, same, state?.revision)) return;
  }
  throw contended(`the commits of "${project}" keep changing; try again`, { project });
}

/** Nobody else ever writes below the version's prefix, so a document that is there is the one that was staged. */
async function copyDocuments(bucket: string, { item, stagedPrefix: staged }: PendingCommit): Promise<void> {
  const names = (await listObjects(bucket, staged!)).map(({ key }) => key.slice(staged!.length));
  if (!names.includes('manifest.json')) {
    throw new NonRetryableError(
      `the documents of version ${item.version} are gone from ${staged}: restore them from their S3 versions`,
      { code: 'StagedDocumentsMissing', details: { version: item.version, staged } },
    );
  }
  for (const name of names) {
    if (WORKING_DOCUMENTS.includes(name)) continue;
    await copyDocument(bucket, `${staged}${name}`, `${versionPrefix(item.version)}${name}`);
  }
}

/**
 * Points the head at the commit's version. The head is read before the announcement is read again: while it stands
 * nobody can have moved the head on, so the conditional write cannot put an older version over a newer one.
 * @returns false when the announcement is no longer there.
 */
async function moveHead(project: string, state: Stored<CommitItem>, head: HeadItem): Promise<boolean> {
  const pk = projectPk(project);
  for (;;) {
    const current = await getItem<HeadItem>(pk, SK.head);
    const now = await getItem<CommitItem>(pk, SK.commit);
    if (now?.revision !== state.revision) return false;
    if (current?.item.version === head.version && current.item.digest === head.digest) return true;
    if (await replaceItem(pk, SK.head, head, current?.revision)) return true;
  }
}

function contended(message: string, details: Record<string, string>): RetryableError {
  return new RetryableError(message, { code: 'CommitContended', details });
}

function judge(verdict: Judgement['verdict'], reason: string, inputs: Judgement['inputs']): Judgement {
  return { rule: 'commit', verdict, reason, inputs };
}
