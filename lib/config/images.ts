/** URIs of AWS's framework containers. */
import { ConfigError } from './load.ts';

/**
 * Registry accounts of `sagemaker-xgboost` by region.
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
 */
export const XGBOOST_REGISTRY: Readonly<Record<string, string>> = {
  'us-east-1': '683313688378',
  'us-east-2': '257758044811',
  'us-west-1': '746614075791',
  'us-west-2': '246618743249',
  'eu-west-1': '141502667606',
  'eu-west-2': '764974769150',
  'eu-west-3': '659782779980',
  'eu-central-1': '492215442770',
  'eu-north-1': '662702820516',
  'ap-southeast-1': '121021644041',
  'ap-southeast-2': '783357654285',
  'ap-northeast-1': '354813040037',
  'ap-south-1': '720646828776',
  'ca-central-1': '341280168497',
  'sa-east-1': '737474898029',
};

/** @throws ConfigError when the region has no registry in the table. */
export const xgboostImage = (region: string, version: string) =>
  `${registry(region)}/sagemaker-xgboost:${version}`;

/**
 * In the same registries. The tag tells processor and Python.
 * @throws ConfigError when the region has no registry in the table.
 */
export const sklearnImage = (region: string, version: string) =>
  `${registry(region)}/sagemaker-scikit-learn:${version}-cpu-py3`;

function registry(region: string): string {
  const account = XGBOOST_REGISTRY[region];
  if (!account) {
    throw new ConfigError([
      `stages.*.region: got "${region}"; allowed: a region with AWS's XGBoost and scikit-learn images (${Object.keys(XGBOOST_REGISTRY).join(', ')}); choose one of them`,
    ]);
  }
  return `${account}.dkr.ecr.${region}.amazonaws.com`;
}
