/** Which image URIs run here, and with what. */

/** How a framework image is stood in for. */
export interface Runner {
  /** For example `sagemaker-xgboost-1.7-1`: names the folder of its virtual environment. */
  readonly id: string;
  /** What pip installs. */
  readonly requirements: readonly string[];
  /** For Pythons that have no wheels of the image's own versions. */
  readonly newerRequirements: readonly string[];
  /** What must be importable then. */
  readonly modules: readonly string[];
  readonly uses: readonly RunnerUse[];
  /** Whose toolkit the image has: names the defaults of serving and the `SM_` variables. */
  readonly framework: Framework;
}

/** `sklearn` has no algorithm of its own: it needs a script. */
export type Framework = 'xgboost' | 'sklearn';

/** Registry accounts of `sagemaker-xgboost` and `sagemaker-scikit-learn` by region. @see https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html */
const ACCOUNTS: Readonly<Record<string, string>> = {
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

/** What an image can be run for here. */
export type RunnerUse = 'training' | 'serving' | 'processing';

/** pandas 3 and NumPy 2 came after XGBoost 1.7, which fails on parts of them; newer pyarrow needs NumPy 2. */
const OF_1_7 = ['pandas<2.2', 'numpy<2', 'scikit-learn>=1.0,<1.4', 'pyarrow<20'];

/** XGBoost's version by image tag. */
const XGBOOST_RUNNERS: Readonly<Record<string, Runner>> = {
  '1.7-1': xgboostRunner('1.7-1', '1.7.4', OF_1_7),
  '1.7-1-1': xgboostRunner('1.7-1', '1.7.4', OF_1_7),
  '3.0-5': xgboostRunner('3.0-5', '3.0.5', ['pandas<3', 'numpy<3', 'scikit-learn<1.8', 'pyarrow']),
};

/** scikit-learn's version by image tag. */
const SKLEARN_RUNNERS: Readonly<Record<string, Runner>> = {
  '1.2-1-cpu-py3': {
    id: 'sagemaker-scikit-learn-1.2-1',
    framework: 'sklearn',
    uses: ['training', 'serving', 'processing'],
    // 1.2.1 is in the image; Python 3.12 has wheels from 1.3 on
    requirements: ['scikit-learn>=1.2.1,<1.4', 'pandas<2.2', 'numpy<2', 'boto3'],
    newerRequirements: ['scikit-learn<1.8', 'pandas<3', 'numpy', 'boto3'],
    modules: ['pandas', 'sklearn'],
  },
};

const RUNNERS: Readonly<Record<string, Readonly<Record<string, Runner>>>> = {
  'sagemaker-xgboost': XGBOOST_RUNNERS,
  'sagemaker-scikit-learn': SKLEARN_RUNNERS,
};

function xgboostRunner(tag: string, version: string, others: readonly string[]): Runner {
  return {
    id: `sagemaker-xgboost-${tag}`,
    framework: 'xgboost',
    uses: ['training', 'serving', 'processing'],
    // boto3 and pyarrow are in the image too, and scripts use them
    requirements: [`xgboost==${version}`, ...others, 'boto3'],
    newerRequirements: [`xgboost==${version}`, 'pandas<3', 'numpy', 'scikit-learn<1.8', 'pyarrow', 'boto3'],
    modules: ['xgboost', 'pandas', 'sklearn', 'pyarrow'],
  };
}

/** The runner of an image, if there is one for this use. */
export function findRunner(image: string, use: RunnerUse): Runner | undefined {
  const match = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/([\w-]+):([\w.-]+)$/.exec(image);
  const [, account, region = '', repository = '', tag = ''] = match ?? [];
  const runner = ACCOUNTS[region] === account ? RUNNERS[repository]?.[tag] : undefined;
  return runner?.uses.includes(use) ? runner : undefined;
}

/** As `findRunner`. @throws TypeError naming what runs here, when there is none. */
export function runnerOf(image: string, use: RunnerUse): Runner {
  const runner = findRunner(image, use);
  if (runner) return runner;
  throw new TypeError(`${missingRunner(image, use)}; any other image needs AWS`);
}

/** What to say of an image that has no runner. */
export function missingRunner(image: string, use: RunnerUse): string {
  const known = Object.entries(RUNNERS).flatMap(([repository, tags]) =>
    Object.entries(tags)
      .filter(([, { uses }]) => uses.includes(use))
      .map(([tag]) => `${repository}:${tag}`),
  );
  return (
    `the local cloud has no runner for image "${image}"; without Docker it runs ${known.join(', ')} from ` +
    `${ACCOUNTS['us-east-1']}.dkr.ecr.us-east-1.amazonaws.com (and its twins in other regions) for ${use}`
  );
}
