/**
 * Makes dataset versions: the only code that writes `VERSION#`, `VERSION_DIGEST#`, `HEAD` and `COMMIT` items.
 *
 * A commit is announced in the project's one `COMMIT` item by a conditional write (that is where its number is won),
 * then finished in steps that may each be repeated: documents, version item, digest item, head, decision, event; last
 * the announcement is taken down. A killed run is finished by whoever commits next, so numbers have no holes, commits
 * are in the order of their announcements, and no event is lost.
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
import { RetryableError } from '../../shared/errors.ts';
import { publish } from '../../shared/events.ts';
import { manifestKey, stagedPrefix, versionPrefix } from '../../shared/keys.ts';
import {
  copyObject,
  deleteObject,
  findObject,
  listObjects,
  putJson,
  requireJson,
} from '../../shared/objects.ts';
import type { Judgement } from '../../shared/verdict.ts';
import type { ChecksDocument, Manifest, Provenance } from '../contract.ts';
import type { DatasetProfile } from '../profile/profile.ts';
import { datasetDigest } from './manifest.ts';

/** Commits that lose the race look again; each loss means that another commit went through. */
const ATTEMPTS = 20;

export interface Head extends HeadItem {
  readonly item: VersionItem;
  readonly manifest: Manifest;
}

/** A version that may be committed: everything that depends on the head has been looked at with this head. */
export interface Candidate {
  readonly manifest: Manifest;
  readonly profile: DatasetProfile;
  readonly checks: ChecksDocument;
  readonly provenance: Provenance;
  readonly source: VersionItem['source'];
  readonly labelFiles: readonly string[];
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
  /** Upload or run: names the staged documents and makes a decision of its own. */
  readonly commit: string;
  /** Called again when another commit came in between; returns a refusal to end without a commit. */
  readonly build: (head: Head | undefined) => Promise<Candidate | { readonly refusal: Refusal }>;
}

/** The version that the head points at, with its manifest; undefined before the first. */
export async function loadHead(project: string, bucket: string): Promise<Head | undefined> {
  const head = await getItem<HeadItem>(projectPk(project), SK.head);
  return head && { ...head.item, ...(await loadVersion(project, bucket, head.item.version)) };
}

/** A version's item and manifest. @throws NonRetryableError when the manifest does not exist. */
export async function loadVersion(
  project: string,
  bucket: string,
  version: number,
): Promise<{ item: VersionItem; manifest: Manifest }> {
  const [item, manifest] = await Promise.all([
    getItem<VersionItem>(projectPk(project), SK.version(version)),
    requireJson<Manifest>(bucket, manifestKey(version)),
  ]);
  if (!item) throw new RetryableError(`version ${version} of "${project}" is not in the catalog yet`);
  return { item: item.item, manifest };
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
    const candidate = await options.build(head);
    if ('refusal' in candidate) return candidate;
    const digest = datasetDigest(candidate.manifest.files);
    const rows = candidate.manifest.rows;

    if (head?.digest === digest) {
      const judgement = judge('PASS', `Same content as version ${head.version}, which is the head.`, {
        digest,
        version: head.version,
      });
      return { outcome: 'unchanged', version: head.version, digest, rows, judgement };
    }
    const lastVersion = state?.item.lastVersion ?? 0;
    const pending = await announce(options, candidate, digest, lastVersion + 1);
    const version = pending.item.version;
    const next: CommitItem = { lastVersion: Math.max(lastVersion, version), pending };
    // Won only if nobody announced since `state` was read, so head and digests are still what `build` saw.
    // What was staged for a lost race stays: a duplicate delivery may have announced the very same documents.
    if (!(await replaceItem(pk, SK.commit, next, state?.revision))) continue;
    await finishPendingCommit(project, bucket);
    const outcome = pending.kind === 'new' ? 'versioned' : 'moved-back';
    return { outcome, version, digest, rows, judgement: pending.judgement };
  }
  throw new RetryableError(`commit ${commit} of "${project}" met ${ATTEMPTS} other commits; try again`, {
    code: 'CommitContended',
    details: { project, commit },
  });
}

async function announce(
  { project, bucket, commit }: CommitOptions<unknown>,
  candidate: Candidate,
  digest: string,
  nextVersion: number,
): Promise<PendingCommit> {
  const { manifest, profile, checks, provenance, source, labelFiles } = candidate;
  const made = source.kind === 'upload' ? { upload: source.upload } : { run: source.run };
  const older = await getItem<{ version: number }>(projectPk(project), SK.versionDigest(digest));
  if (older) {
    const { version } = older.item;
    const { item } = await loadVersion(project, bucket, version);
    const judgement = judge('PASS', `Same content as version ${version}: the head moves back to it.`, {
      digest,
      version,
    });
    return { kind: 'move', item, judgement, ...made };
  }
  // staged under the digest too: after a lost race the same commit may have other content
  const staged = stagedPrefix(`${commit}-${digest.slice(0, 12)}-${nextVersion}`);
  const documents = {
    'manifest.json': manifest,
    'schema.json': manifest.schema,
    'profile.json': profile,
    'checks.json': checks,
    'provenance.json': provenance,
  };
  await Promise.all(
    Object.entries(documents).map(([name, document]) => putJson(bucket, `${staged}${name}`, document)),
  );
  const item: VersionItem = {
    version: nextVersion,
    digest,
    rows: manifest.rows,
    files: manifest.files.length,
    bytes: manifest.files.reduce((sum, { size }) => sum + size, 0),
    createdAt: nowIso(),
    source,
    labelFiles,
  };
  const judgement = judge(
    checks.verdict,
    `Version ${nextVersion}: ${manifest.rows} rows in ${manifest.files.length} file(s).`,
    { digest, version: nextVersion, rows: manifest.rows },
  );
  return { kind: 'new', item, stagedPrefix: staged, judgement, ...made };
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
    const { pending, lastVersion } = state.item;
    const { version, digest, rows } = pending.item;
    if (pending.kind === 'new') {
      if (!(await copyDocuments(bucket, pending))) continue;
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
    await publish('DatasetVersioned', { project, version, digest, rows, upload, run });
    if (pending.stagedPrefix) await removeStaged(bucket, pending.stagedPrefix);
    // lost only to somebody who finished the same commit
    await replaceItem(pk, SK.commit, { lastVersion } satisfies CommitItem, state.revision);
  }
  throw new RetryableError(`the pending commit of "${project}" keeps changing; try again`, {
    code: 'CommitContended',
    details: { project },
  });
}

/** @returns false when a staged document went away meanwhile: somebody else is finishing, so look again. */
async function copyDocuments(
  bucket: string,
  { item, stagedPrefix: staged }: PendingCommit,
): Promise<boolean> {
  const documents = await listObjects(bucket, staged!);
  for (const document of documents) {
    const target = `${versionPrefix(item.version)}${document.key.slice(staged!.length)}`;
    try {
      await copyObject(bucket, document, target);
    } catch (error) {
      if (!(await findObject(bucket, document.key))) return false;
      throw error;
    }
  }
  // none left means that they were copied before; the manifest says so
  return documents.length > 0 || (await findObject(bucket, manifestKey(item.version))) !== undefined;
}

async function removeStaged(bucket: string, staged: string): Promise<void> {
  for (const { key } of await listObjects(bucket, staged)) await deleteObject(bucket, key);
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

function judge(verdict: Judgement['verdict'], reason: string, inputs: Judgement['inputs']): Judgement {
  return { rule: 'commit', verdict, reason, inputs };
}
