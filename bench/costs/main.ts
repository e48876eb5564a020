/**
 * `npm run bench:costs [-- --write]`: what a run costs, by what is counted on a deployed local stage and AWS's list
 * prices. `--write` keeps the page as docs/costs.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { uploadFiles } from '../../console/client/actions.ts';
import { listVersions } from '../../console/client/catalog.ts';
import { LocalStage } from '../../test/helpers/local-stage.ts';
import { writeRegionCsv } from '../../test/helpers/region-rows.ts';
import { newestRun, rest } from '../../test/helpers/watch.ts';
import { readCalls, readReports, readTransitions, type Usage, usageIn } from './meters.ts';
import { INSTANCE_HOUR, type Meter, PRICES } from './prices.ts';

const PHASES = ['upload to version', 'run to registered model', 'rollout to promoted'] as const;
const METERS = Object.keys(PRICES) as Meter[];

/** One dataset version, one run, one rollout. */
async function measure(): Promise<readonly Usage[]> {
  const stage = await LocalStage.start();
  try {
    await Promise.all([stage.synth(), stage.bootstrap()]);
    await stage.deploy();
    await rest(stage);
    const begun = (await clockOf(stage.endpoint)).getTime();
    await uploadFiles(stage.connection, [writeRegionCsv(stage.path('first.csv'), { seed: 1 })]);
    await rest(stage);
    const run = await newestRun(stage);
    if (run.status !== 'Registered') throw new Error(`the run ended ${run.status}`);
    const [version] = await listVersions(stage.connection);
    const { names } = stage.connection;
    const found = {
      calls: await readCalls(stage.endpoint),
      reports: await readReports('local'),
      transitions: await readTransitions(
        (['ingest', 'training', 'rollout'] as const).map((name) => {
          return names.arn('states', `stateMachine:${names.stateMachine(name)}`);
        }),
      ),
    };
    const marks = [begun, Date.parse(version!.createdAt), Date.parse(run.finishedAt!), Infinity];
    return PHASES.map((_, phase) => usageIn({ from: marks[phase]!, until: marks[phase + 1]! }, found));
  } finally {
    await stage.stop();
  }
}

async function clockOf(endpoint: string): Promise<Date> {
  const { now } = (await (await fetch(`${endpoint}/_cloud/clock`)).json()) as { readonly now: string };
  return new Date(now);
}

const dollars = (meter: Meter, count: number) => (count * PRICES[meter].dollars) / PRICES[meter].per;
const money = (value: number) => `$${value < 0.01 ? value.toFixed(6) : value.toFixed(4)}`;
const amount = (value: number) => (Number.isInteger(value) ? String(value) : value.toFixed(2));

function page(usage: readonly Usage[]): string {
  const rows = METERS.map((meter) => {
    const counts = usage.map((phase) => phase[meter]);
    const sum = counts.reduce((a, b) => a + b, 0);
    return `| ${PRICES[meter].unit} | ${counts.map(amount).join(' | ')} | ${money(dollars(meter, sum))} |`;
  });
  const totals = usage.map((phase) => METERS.reduce((sum, meter) => sum + dollars(meter, phase[meter]), 0));
  const all = totals.reduce((a, b) => a + b, 0);
  const minute = INSTANCE_HOUR.dollars / 60;
  return `# What a run costs

Counted on a deployed local stage on ${new Date().toISOString().slice(0, 10)} by \`npm run bench:costs -- --write\`, times AWS's list prices of us-east-1.
The counts are those of the templates and handlers that run on AWS; durations of functions are those of the machine that counted. No account's bill has been compared.

## Orchestration: one upload, one run, one rollout
| | ${PHASES.join(' | ')} | list price |
|---|${PHASES.map(() => '---|').join('')}---|
${rows.join('\n')}
| **sum** | ${totals.map(money).join(' | ')} | **${money(all)}** |

Not in the table: what lies in S3, DynamoDB and CloudWatch by the month, CloudWatch's custom metrics and alarms, data that leaves the region, free tiers, and S3's and DynamoDB's own calls to KMS (with bucket keys, few).

## SageMaker: what the run asks for
Jobs and endpoints are billed by the second while their instances are up; starting an instance is not billed. At ${INSTANCE_HOUR.name} (${money(INSTANCE_HOUR.dollars)} an hour, ${INSTANCE_HOUR.source}):

| what | list price |
|---|---|
| a minute of training or of scoring, for each instance | ${money(minute)} |
| a run of 10 minutes of training and 2 x 4 minutes of scoring (challenger and champion) | ${money(18 * minute)} |
| the same on spot instances at 70 % off the training | ${money((8 + 3) * minute)} |
| an endpoint of one instance for 30 days | ${money(INSTANCE_HOUR.dollars * 24 * 30)} |
| the second fleet of a rollout with 15 minutes of bake | ${money(15 * minute)} |

The orchestration of a run costs ${((all / (18 * minute)) * 100).toFixed(0)} % of what its jobs do; a run that nothing can come of, which the controller holds back, saves the jobs.

${windowSection()}
## Prices
${[...new Set(METERS.map((meter) => PRICES[meter].source))].map((source) => `- ${source}`).join('\n')}
`;
}

/** From the seconds of `npm run bench:window`. */
function windowSection(): string {
  const seconds = Number(
    /^\| 100,000 \| ([\d.]+) s/m.exec(readFileSync('bench/results/window.md', 'utf8'))![1],
  );
  const gigabytes = MONITOR_MB / 1024;
  const request = dollars('invocations', 1);
  const each = dollars('gigabyteSeconds', seconds * gigabytes) + request;
  const hours = 24 * 30;
  return `## A monitor's window
An hour with 100,000 rows of 20 columns is one call of \`run-monitor\` (${MONITOR_MB} MB, ${seconds} s by [bench/results/window.md](../bench/results/window.md)):
${seconds} s x ${gigabytes.toFixed(4)} GB x $${PRICES.gigabyteSeconds.dollars} + $${request.toFixed(7)} for the request = **$${each.toFixed(6)}**, ${money(each * hours)} a month with hourly windows.
SageMaker Model Monitor runs a processing job for the same window: about $${MODEL_MONITOR.toFixed(3)} (ml.m5.large, 20 minutes), ${money(MODEL_MONITOR * hours)} a month, ${Math.round(MODEL_MONITOR / each)} times as much.
`;
}

/** Memory of `run-monitor`. */
const MONITOR_MB = 3008;
/** @see https://aws.amazon.com/sagemaker/ai/pricing/ */
const MODEL_MONITOR = (INSTANCE_HOUR.dollars * 20) / 60;

const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
const text = page(await measure());
console.log(text);
if (values.write) writeFileSync('docs/costs.md', text);
