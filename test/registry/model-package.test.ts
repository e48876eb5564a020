import { describe, expect, it } from 'vitest';
import { modelCard, packageCard } from '../../lambdas/registry/model-card.ts';
import { modelPackage } from '../../lambdas/registry/model-package.ts';
import type { Judgement } from '../../lambdas/shared/verdict.ts';
import { aProject, BUCKET } from '../shared/project-fixture.ts';
import { aRequest, RUN } from '../training/run-fixture.ts';
import { aBaseline, aComparison, anEvaluation, anInput } from './registry-fixture.ts';

function request(evaluation = anEvaluation(), { input = anInput(), settings = aProject() } = {}) {
  const baseline = aBaseline();
  const card = modelCard(settings, input, { evaluation, baseline });
  return { ...modelPackage(settings, input, { evaluation, baseline, card }), card };
}

const uri = (path: string) => ({
  ContentType: 'application/json',
  S3Uri: `s3://${BUCKET}/runs/${RUN}/${path}`,
});
const BIAS = { report: `runs/${RUN}/evidence/bias/analysis.json`, findings: [] };

describe('the request for a model package', () => {
  it('points at the metrics, at the bias report and at what a monitor compares with', () => {
    const { ModelMetrics, DriftCheckBaselines } = request(anEvaluation({ bias: BIAS }));
    const quality = {
      Statistics: uri('evidence/model-quality/statistics.json'),
      Constraints: uri('evidence/model-quality/constraints.json'),
    };
    const report = uri('evidence/bias/analysis.json');
    expect(ModelMetrics).toEqual({
      ModelQuality: quality,
      Bias: { Report: report, PreTrainingReport: report, PostTrainingReport: report },
    });
    expect(DriftCheckBaselines).toEqual({
      ModelDataQuality: { Statistics: uri('baseline.json') },
      ModelQuality: quality,
      Bias: { PreTrainingConstraints: report, PostTrainingConstraints: report },
    });
  });

  it('has no bias report where nobody declared a facet', () => {
    const { ModelMetrics, DriftCheckBaselines } = request();
    expect([ModelMetrics, DriftCheckBaselines].map((each) => Object.keys(each!))).toEqual([
      ['ModelQuality'],
      ['ModelDataQuality', 'ModelQuality'],
    ]);
  });

  it('tells in plain text where the version comes from, who it was compared with and what the gates said', () => {
    const input = {
      ...anInput(),
      run: {
        ...anInput().run,
        request: aRequest({ kind: 'alarm', reason: 'drift; "PSI" 0.31\nis high', alarmName: 'psi' }),
      },
    };
    expect(request(anEvaluation(aComparison()), { input }).CustomerMetadataProperties).toMatchObject({
      run: RUN,
      trigger: 'alarm',
      reason: 'drift PSI 0.31 is high',
      alarm: 'psi',
      datasetVersion: '2',
      datasetDigest: 'digest-2',
      datasetRows: '100',
      schemaDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
      codeDigest: 'code',
      settingsDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
      image: 'image',
      baseline: `s3://${BUCKET}/runs/${RUN}/baseline.json`,
      modelCard: `s3://${BUCKET}/runs/${RUN}/evidence/model-card.json`,
      primaryMetric: 'auc',
      primaryMetricLow: '0.62',
      primaryMetricHigh: '0.6425',
      champion: 'model version 1',
      difference: '0.0213',
      'gate quality': 'PASS',
    });
  });

  it('stays within the limits of SageMaker, whatever texts and however many gates there are', () => {
    const gates = Array.from(
      { length: 80 },
      (_, index): Judgement => ({
        rule: `${'gate-of-a-long-name-'.repeat(10)}${index}`,
        verdict: 'PASS',
        reason: 'x'.repeat(3000),
        inputs: {},
      }),
    );
    const long = 'ünïcode; <tag> \t\n'.repeat(400);
    const base = anInput();
    const input = { ...base, run: { ...base.run, request: aRequest({ reason: long }) } };
    const made = request(anEvaluation({ judgements: gates, championSkipped: long }), { input });

    const entries = Object.entries(made.CustomerMetadataProperties!);
    expect(entries.length).toBeLessThanOrEqual(50);
    for (const [key, value] of entries) {
      expect(key).toMatch(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u);
      expect(value).toMatch(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u);
    }
    expect(made.ModelPackageDescription).toMatch(/^[\p{L}\p{M}\p{Z}\p{S}\p{N}\p{P}]{1,1024}$/u);
    expect(made.ModelCard!.ModelCardContent!.length).toBeLessThanOrEqual(100_000);
    expect(JSON.parse(made.ModelCard!.ModelCardContent!)).toMatchObject({
      training_details: { training_job_details: { training_datasets: [expect.stringMatching(/json$/)] } },
    });
  });

  it('offers the content type that the trainer answers in', () => {
    const settings = aProject();
    const trainer = {
      ...settings.trainer,
      output: { contentType: 'application/json', kind: 'probability' } as const,
    };
    const made = request(anEvaluation(), { settings: { ...settings, trainer } });
    expect(made.InferenceSpecification).toMatchObject({
      SupportedContentTypes: ['text/csv'],
      SupportedResponseMIMETypes: ['application/json'],
    });
  });

  it('asks with one client token for each run', () => {
    const other = { ...anInput(), run: { ...anInput().run, run: 'flights-0123456789-a2' } };
    expect(request().ClientToken).toBe(request().ClientToken);
    expect(request(anEvaluation(), { input: other }).ClientToken).not.toBe(request().ClientToken);
  });
});

describe('the model card', () => {
  // property names of https://docs.aws.amazon.com/sagemaker/latest/dg/model-cards.html, which allows no others
  const ALLOWED = {
    '': [
      'model_overview',
      'intended_uses',
      'business_details',
      'training_details',
      'evaluation_details',
      'additional_information',
    ],
    model_overview: [
      'model_description',
      'model_owner',
      'model_creator',
      'problem_type',
      'algorithm_type',
      'model_id',
      'model_artifact',
      'model_name',
      'model_version',
      'inference_environment',
    ],
    intended_uses: [
      'purpose_of_model',
      'intended_uses',
      'factors_affecting_model_efficiency',
      'risk_rating',
      'explanations_for_risk_rating',
    ],
    training_details: ['objective_function', 'training_observations', 'training_job_details'],
    additional_information: ['ethical_considerations', 'caveats_and_recommendations', 'custom_details'],
  };

  it('has no property that the schema does not know', () => {
    const { card } = request(anEvaluation({ ...aComparison(), bias: BIAS }));
    for (const [part, names] of Object.entries(ALLOWED)) {
      const found = part === '' ? card : card[part as 'model_overview'];
      expect(names).toEqual(expect.arrayContaining(Object.keys(found)));
    }
  });

  it('has the metrics of both models with their intervals, and the verdicts', () => {
    const { card } = request(anEvaluation(aComparison()));
    const [holdout] = card.evaluation_details;
    expect(holdout!.metric_groups.map(({ name }) => name)).toEqual([
      'Challenger on the holdout',
      'Champion (model version 1), same rows',
      'Challenger minus champion',
      'Gates',
    ]);
    expect(holdout!.metric_groups[0]!.metric_data[1]).toEqual({
      name: 'auc',
      type: 'number',
      value: 0.6313,
      notes: 'interval 0.62 to 0.6425 (DeLong)',
    });
    expect(holdout!.metric_groups[3]!.metric_data).toEqual([
      { name: 'quality', type: 'string', value: 'PASS', notes: 'AUC 0.63 is above 0.55' },
    ]);
  });

  it('writes an infinite bias metric as text, and says what did not pass', () => {
    const finding = {
      column: 'origin',
      value: 'A',
      metric: 'DI',
      estimate: 'Infinity',
      verdict: 'WARN',
    } as const;
    const judgements = [{ rule: 'fairness', verdict: 'WARN', reason: 'DI is infinite', inputs: {} } as const];
    const { card } = request(anEvaluation({ bias: { ...BIAS, findings: [finding] }, judgements }));
    expect(card.evaluation_details[0]!.metric_groups.at(-1)).toEqual({
      name: 'Bias',
      metric_data: [{ name: 'DI of origin = A', type: 'string', value: 'Infinity', notes: 'WARN' }],
    });
    expect(card.additional_information).toMatchObject({
      ethical_considerations: 'Fairness WARN: DI is infinite',
      caveats_and_recommendations: 'fairness WARN: DI is infinite',
    });
  });

  it('keeps of its overview in a package only what the registry takes', () => {
    const { card } = request();
    const { model_overview, ...rest } = JSON.parse(packageCard(card)) as typeof card;
    expect(Object.keys(model_overview)).toEqual(['model_creator', 'model_artifact']);
    expect(rest.training_details).toEqual(card.training_details);
  });
});
