/** The layout of a project's data bucket: the only place that builds or reads its keys. */

export const INCOMING_PREFIX = 'incoming/';
export const LABELS_PREFIX = 'labels/';
export const CAPTURES_PREFIX = 'captures/';
export const REJECTED_PREFIX = 'rejected/';
export const SUCCESS_MARKER = '_SUCCESS';
/** Tag of a version under `incoming/` that is done with: `committed`, `rejected` or `expired`; the bucket's lifecycle rules go by it. */
export const STATE_TAG = 'driftless:state';

export const objectKey = (sha256: string) => `objects/${sha256}`;
export const manifestKey = (version: number) => `datasets/${version}/manifest.json`;
export const profileKey = (version: number) => `datasets/${version}/profile.json`;
export const checksKey = (version: number) => `datasets/${version}/checks.json`;
export const provenanceKey = (version: number) => `datasets/${version}/provenance.json`;
/** The version's contents as an input of SageMaker's jobs. */
export const sagemakerManifestKey = (version: number) => `datasets/${version}/sagemaker-manifest.json`;
/** Rows of a version's files that are not the version's: a later row with the same key and event time replaces them. */
export const droppedKey = (version: number) => `datasets/${version}/dropped.parquet`;
/** Hashes of the keys of one upload's rows; `made` is the digest of what hashes depend on (`indexDigest`). */
export const indexKey = (made: string, content: string) => `indexes/${made}/${content}.parquet`;
/** Salted hashes of the keys to forget. */
export const tombstonesKey = (digest: string) => `tombstones/${digest}.json`;
/** Thresholds of a stratified split, fixed when a class is first seen. */
export const strataPrefix = (splitDigest: string) => `splits/strata/${splitDigest}/`;
/** Folder of a version's documents. */
export const versionPrefix = (version: number) => `datasets/${version}/`;
/** What an upload consists of, frozen when it was committed: a JSON line for each object, in order of key. */
export const listingKey = (upload: string) => `uploads/${upload}/listing.jsonl`;
/**
 * Every object of the folder at that moment, with those that an earlier commit took. Only there when the listing leaves
 * some out; else the two would be equal.
 */
export const seenKey = (upload: string) => `uploads/${upload}/seen.jsonl`;
/** Working documents of one scan of an upload. */
export const workPrefix = (upload: string, attempt: string) => `uploads/${upload}/${attempt}/`;
/** Documents of a run's commit until it is finished; a rule of the bucket removes them. */
export const stagedPrefix = (commit: string) => `datasets/pending/${commit}/`;
export const splitPrefix = (version: number, splitDigest: string) => `splits/${version}/${splitDigest}/`;
export const runPrefix = (run: string) => `runs/${run}/`;
/** Metrics, intervals, verdicts of one run. */
export const evaluationKey = (run: string) => `runs/${run}/evaluation.json`;
/** What a monitor compares with: feature profile, holdout score profile, realized metrics. */
export const baselineKey = (run: string) => `runs/${run}/baseline.json`;
/** The challenger's metrics in the shape of Model Monitor's model quality: `statistics.json`, `constraints.json`. */
export const modelQualityKey = (run: string, document: 'statistics' | 'constraints') =>
  `runs/${run}/evidence/model-quality/${document}.json`;
/** Bias metrics of the training data and of the challenger, in the shape of Clarify's `analysis.json`. */
export const biasReportKey = (run: string) => `runs/${run}/evidence/bias/analysis.json`;
/** The model card's content, as SageMaker's schema has it. */
export const modelCardKey = (run: string) => `runs/${run}/evidence/model-card.json`;
/** Rows and evaluated scores that the rollout's smoke test replays. */
export const smokeTestKey = (run: string) => `runs/${run}/smoke-test.json`;
/** SageMaker appends `/<endpoint>/<variant>/yyyy/mm/dd/HH/...jsonl`. */
export const capturePrefix = (modelVersion: number, endpointConfig: string) =>
  `captures/${modelVersion}/${endpointConfig}`;
export const windowReportKey = (modelVersion: number, window: string) =>
  `monitors/${modelVersion}/${window}/report.json`;
/** Beside the report: the page for people, and Model Monitor's documents. */
export const windowDocumentKey = (
  modelVersion: number,
  window: string,
  document: 'report.html' | 'statistics.json' | 'constraints.json' | 'constraint_violations.json',
) => `monitors/${modelVersion}/${window}/${document}`;
/** `files/...` as they came, beside `checks.json`: an upload may hold a file of that name. */
export const rejectedPrefix = (upload: string) => `rejected/${upload}/`;
export const settingsKey = (sha256: string) => `settings/${sha256}.json`;
export const codeKey = (sha256: string) => `code/${sha256}/sourcedir.tar.gz`;
export const s3Uri = (bucket: string, key: string) => `s3://${bucket}/${key}`;

/** An S3 event's key is URL-encoded with `+` for a space only in bucket notifications; EventBridge's is plain. */
export function parseS3Uri(uri: string): { bucket: string; key: string } {
  const match = /^s3:\/\/([^/]+)\/(.*)$/.exec(uri);
  if (!match) throw new TypeError(`not an S3 URI: "${uri}"; expected s3://bucket/key`);
  return { bucket: match[1]!, key: match[2]! };
}
