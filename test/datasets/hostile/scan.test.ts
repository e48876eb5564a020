/** Every upload of docs/hostile-uploads.md that is files, from its marker to its verdict. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Check, ChecksDocument } from '../../../lambdas/datasets/contract.ts';
import { BUCKET } from '../../shared/project-fixture.ts';
import { Stage } from '../upload-fixture.ts';
import type { Reading } from './hostile-upload.ts';
import { settingsOf, titleOf } from './read-upload.ts';
import { ALL_UPLOADS } from './uploads.ts';

/** What few rows are guilty of by nature. */
const OFF = { severity: 'off' } as const;
const FEW_ROWS = {
  'class-balance': OFF,
  'constant-columns': OFF,
  'duplicate-rows': OFF,
  'leakage-hints': OFF,
  'null-rate': OFF,
};

let stage: Stage | undefined;
afterEach(() => {
  stage?.restore();
  stage = undefined;
});

describe.each(ALL_UPLOADS)('$row: $upload', ({ files, readings }) => {
  it.each(readings.map((reading) => [titleOf(reading), reading] as const))('%s', async (_title, reading) => {
    const nothing = { format: undefined, key: undefined, eventTime: undefined };
    stage = new Stage({ ...nothing, ...settingsOf(reading), checks: FEW_ROWS });
    await stage.play(stage.putFolder('u', files()));
    const isRefused = reading.verdict === 'FAIL';
    expect(stage.keys('datasets/1/').includes('datasets/1/manifest.json')).toBe(!isRefused);
    const checks = isRefused ? refusal(stage) : stage.checks(1);
    expect(checks.verdict).toBe(reading.verdict);
    expect(checks.checks.filter(isSaid).map(asSaid).toSorted()).toEqual(expected(reading));
  });
});

const FOR_INFORMATION = ['columns-inferred', 'files-ignored'];
/** Findings that block or warn, and what the page has for information. */
const isSaid = ({ check, verdict }: Check) =>
  verdict === 'FAIL' || verdict === 'WARN' || FOR_INFORMATION.includes(check);
const asSaid = ({ check, reason }: Check) => `${check}: ${shortened(reason)}`;

function expected({ says = [] }: Reading): string[] {
  return says.map(([check, sentence]) => `${check}: ${shortened(sentence)}`).toSorted();
}

/** Without what depends on the compressor, or on the salt of the project. */
function shortened(sentence: string): string {
  return sentence.replace(/(over 256 MiB from).*$/, '$1').replace(/sha256:[0-9a-f]{12}/, 'sha256:...');
}

function refusal(of: Stage): ChecksDocument {
  const [key] = of.keys('rejected/').filter((name) => name.endsWith('checks.json'));
  expect(key, `checks.json below rejected/ in ${BUCKET}`).toBeDefined();
  return of.document<ChecksDocument>(key!);
}
