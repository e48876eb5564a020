/** Which image URIs run here, and with what. */

/** How a framework image is stood in for. */
export interface Runner {
  /** For example `sagemaker-xgboost-1.7-1`: names the folder of its virtual environment. */
  readonly id: string;
  /** What pip installs. */
  readonly requirements: readonly string[];
  /** For Pythons that have no wheels of the image's own versions. */
  readonly newerRequirements: readonly string[];
}

/** Registry accounts of `sagemaker-xgboost` by region. @see https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html */
const XGBOOST_ACCOUNTS: Readonly<Record<string, string>> = {
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

/** XGBoost's version by image tag. pandas 3 and NumPy 2 came after XGBoost 1.7, which fails on parts of them. */
const XGBOOST_RUNNERS: Readonly<Record<string, Runner>> = {
  '1.7-1': xgboostRunner('1.7-1', '1.7.4', ['pandas<2.2', 'numpy<2', 'scikit-learn>=1.0,<1.4']),
  '1.7-1-1': xgboostRunner('1.7-1', '1.7.4', ['pandas<2.2', 'numpy<2', 'scikit-learn>=1.0,<1.4']),
  '3.0-5': xgboostRunner('3.0-5', '3.0.5', ['pandas<3', 'numpy<3', 'scikit-learn<1.8']),
};

function xgboostRunner(tag: string, version: string, others: readonly string[]): Runner {
  return {
    id: `sagemaker-xgboost-${tag}`,
    // boto3 is in the image too, and scripts use it
    requirements: [`xgboost==${version}`, ...others, 'boto3'],
    newerRequirements: [`xgboost==${version}`, 'pandas<3', 'numpy', 'scikit-learn<1.8', 'boto3'],
  };
}

/** The runner of an image. @throws TypeError naming what runs here, when there is none. */
export function runnerOf(image: string): Runner {
  const match = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/sagemaker-xgboost:([\w.-]+)$/.exec(image);
  const runner = match && XGBOOST_ACCOUNTS[match[2]!] === match[1] ? XGBOOST_RUNNERS[match[3]!] : undefined;
  if (runner) return runner;
  const example = `${XGBOOST_ACCOUNTS['us-east-1']}.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost`;
  throw new TypeError(
    `the local cloud has no runner for image "${image}"; it runs ${example} (and its twins in other regions) with tag ` +
      `${Object.keys(XGBOOST_RUNNERS).join(', ')}; any other image needs AWS, since this cloud does without Docker`,
  );
}
