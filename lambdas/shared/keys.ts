/** The layout of a project's data bucket: the only place that builds or reads its keys. */

export const INCOMING_PREFIX = 'incoming/';
export const LABELS_PREFIX = 'labels/';
export const CAPTURES_PREFIX = 'captures/';
export const REJECTED_PREFIX = 'rejected/';
export const SUCCESS_MARKER = '_SUCCESS';

export const objectKey = (sha256: string) => `objects/${sha256}`;
export const manifestKey = (version: number) => `datasets/${version}/manifest.json`;
export const profileKey = (version: number) => `datasets/${version}/profile.json`;
export const checksKey = (version: number) => `datasets/${version}/checks.json`;
export const provenanceKey = (version: number) => `datasets/${version}/provenance.json`;
/** Folder of a version's documents. */
export const versionPrefix = (version: number) => `datasets/${version}/`;
/** Documents of a commit that is not finished; gone afterwards. */
export const stagedPrefix = (commit: string) => `datasets/pending/${commit}/`;
export const splitPrefix = (version: number, splitDigest: string) => `splits/${version}/${splitDigest}/`;
export const runPrefix = (run: string) => `runs/${run}/`;
/** Metrics, intervals, verdicts of one run. */
export const evaluationKey = (run: string) => `runs/${run}/evaluation.json`;
/** What a monitor compares with: feature profile, holdout score profile, realized metrics. */
export const baselineKey = (run: string) => `runs/${run}/baseline.json`;
/** Rows and evaluated scores that the rollout's smoke test replays. */
export const smokeTestKey = (run: string) => `runs/${run}/smoke-test.json`;
/** SageMaker appends `/<endpoint>/<variant>/yyyy/mm/dd/HH/...jsonl`. */
export const capturePrefix = (modelVersion: number, endpointConfig: string) =>
  `captures/${modelVersion}/${endpointConfig}`;
export const windowReportKey = (modelVersion: number, window: string) =>
  `monitors/${modelVersion}/${window}/report.json`;
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
