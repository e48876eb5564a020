import { describe, expect, it } from 'vitest';
import { approvalMessage } from '../../lambdas/registry/approval-message.ts';
import { championChange } from '../../lambdas/registry/champion-check.ts';
import { datasetDifference, schemaChanges } from '../../lambdas/registry/dataset-difference.ts';
import { oneLine } from '../../lambdas/registry/plain-text.ts';
import { aChampion, aRequest, RUN } from '../training/run-fixture.ts';
import { aComparison, anEvaluation } from './registry-fixture.ts';

const question = {
  stage: 'test',
  project: 'flights',
  modelVersion: 7,
  until: '2026-03-15T10:30:00.000Z',
  request: aRequest({ kind: 'alarm', reason: 'PSI of "delay" is 0.31', alarmName: 'flights-drift' }),
  evaluation: anEvaluation(aComparison()),
  data: 'dataset version 2 with 100 rows',
};

describe('the message to who approves', () => {
  it('carries deltas with intervals, the cause, the gates, the data and both commands', () => {
    expect(approvalMessage(question)).toBe(
      'Model version 7 of project flights waits for your approval until 2026-03-15T10:30:00.000Z; then it is rejected. ' +
        "Trained because: PSI of 'delay' is 0.31 (alarm, alarm flights-drift). " +
        'On 20000 held-out rows, compared with the champion (model version 1): ' +
        'auc 0.6313 [0.62, 0.6425] against 0.61 [0.6, 0.62], difference 0.0213 [0.01, 0.0325]; logLoss 0.5123. ' +
        'Gates: quality PASS (AUC 0.63 is above 0.55). Data: dataset version 2 with 100 rows. ' +
        'Look at it: driftless models show 7 --stage test --project flights ' +
        'Approve: driftless models approve 7 --stage test --project flights --reason TEXT ' +
        'Reject: driftless models reject 7 --stage test --project flights --reason TEXT',
    );
  });

  it('says why there is nobody to compare with', () => {
    const evaluation = anEvaluation({ championSkipped: 'no model is in production yet' });
    expect(approvalMessage({ ...question, evaluation })).toContain(
      'compared with no champion (no model is in production yet): auc 0.6313 [0.62, 0.6425]; logLoss 0.5123.',
    );
  });

  it('is one line without quotation marks and backslashes', () => {
    const request = aRequest({ reason: 'a "b"\n\\c\tд' });
    const text = approvalMessage({ ...question, request });
    expect(text).not.toMatch(/["\\\n\t]/);
    expect(text).toContain("Trained because: a 'b' /c д (dataset).");
  });
});

describe("the difference of two models' data", () => {
  const column = (name: string, type: 'double' | 'string' = 'double') =>
    ({ name, type, role: 'feature' }) as const;
  const before = { columns: [column('a'), column('b'), column('c')] };
  const after = { columns: [column('a'), column('b', 'string'), column('d')] };

  it('names columns that came, went and changed', () => {
    expect(schemaChanges(before, after)).toBe(
      'added d (double, feature); removed c (double, feature); changed b from (double, feature) to (string, feature)',
    );
    expect(schemaChanges(before, before)).toBeUndefined();
  });

  it.each([
    [150, 'dataset version 3 with 150 rows, 50 more than version 1 of the champion; the schema is unchanged'],
    [80, 'dataset version 3 with 80 rows, 20 fewer than version 1 of the champion; the schema is unchanged'],
    [100, 'dataset version 3 with 100 rows, as many as version 1 of the champion; the schema is unchanged'],
  ])('counts %s rows against 100', (rows, sentence) => {
    expect(datasetDifference({ version: 3, rows }, before, { version: 1, rows: 100, schema: before })).toBe(
      sentence,
    );
  });

  it('says when there is none to tell', () => {
    const own = { version: 3, rows: 100 };
    expect(datasetDifference(own, before)).toBe(
      'dataset version 3 with 100 rows; there is no other data to compare it with',
    );
    expect(datasetDifference(own, before, { ...own, schema: before })).toBe(
      "dataset version 3 with 100 rows, the champion's too",
    );
  });
});

describe('a champion that changed meanwhile', () => {
  const runStartedAt = '2026-03-01T10:00:00.000Z';
  const compared = anEvaluation(aComparison());
  const ask = (evaluation: typeof compared, champion: ReturnType<typeof aChampion> | undefined) =>
    championChange({ evaluation, champion, runStartedAt });

  it('is told with both versions', () => {
    expect(ask(compared, aChampion({ modelVersion: 4 }))).toMatch(
      /^the run compared its model with model version 1, but model version 4 is in production since 2026-03-01T12/,
    );
  });

  it('is one who came where there was none, or where it could not be scored', () => {
    expect(ask(anEvaluation(), aChampion())).toMatch(
      /compared its model with no champion, but model version 1/,
    );
  });

  it.each([
    ['the same one', compared, aChampion()],
    ['none before and none now', anEvaluation(), undefined],
    [
      'one from before the run that it could not score',
      anEvaluation(),
      aChampion({ promotedAt: runStartedAt }),
    ],
    ["the run's own model", compared, aChampion({ modelVersion: 7, run: RUN })],
  ])('is not %s', (_, evaluation, champion) => {
    expect(ask(evaluation, champion)).toBeUndefined();
  });
});

describe('a text in one line', () => {
  it('has at most as many characters as are allowed', () => {
    expect(oneLine('abcdef', 6)).toBe('abcdef');
    expect(oneLine('abcdefg', 6)).toBe('abc...');
    expect(oneLine(' a\r\n\u0007b ', 6)).toBe('a b');
  });
});
