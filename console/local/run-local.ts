/** `npm run local`: from nothing to an automatic retraining on this machine, then it stays for you to try. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Listr, type ListrTask } from 'listr2';
import { Flights } from '../../examples/flight-delays/flights.ts';
import { type Stage, type Step, steps } from '../../examples/flight-delays/play.ts';
import { mondayOf } from '../../examples/flight-delays/scenario.ts';
import { xgboostImage } from '../../lib/config/images.ts';
import { prepareRunner } from '../../localstack/sagemaker/runners/prepare-runner.ts';
import { connect } from '../client/connect.ts';
import { Calendar, CloudClock } from './clock.ts';
import { type CloudProcess, LOCAL_FOLDER, startCloud } from './cloud-process.ts';
import { awsEnvironment, cdk } from './deploy.ts';
import { makeReport, summarize } from './report.ts';

export interface LocalOptions {
  readonly port: number;
  /** Ends when the example is played instead of staying up. */
  readonly once: boolean;
  /** Where the summary goes as JSON. */
  readonly report?: string;
}

/** Filled in by the tasks, in order. */
interface Progress {
  cloud?: CloudProcess;
  stage?: Stage;
  say(line: string): void;
}

/** @returns the exit code: 0 only if every step did what it should. */
export async function runLocal(options: LocalOptions): Promise<number> {
  const started = Date.now();
  const progress: Progress = { say: () => undefined };
  let isStopping = false;
  const stop = async () => {
    isStopping = true;
    progress.stage?.flights.close();
    await progress.cloud?.stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stop().then(() => process.exit(signal === 'SIGINT' ? 130 : 143)));
  }

  try {
    await tasks(options, progress).run();
    const report = await makeReport(progress.stage!, { seconds: (Date.now() - started) / 1000 });
    if (options.report) writeFileSync(options.report, `${JSON.stringify(report, null, 2)}\n`);
    process.stdout.write(`\n${summarize(report)}\n`);
  } catch (error) {
    process.stderr.write(`\nnpm run local did not finish: ${(error as Error).message}\n`);
    process.stderr.write(`logs: ${LOCAL_FOLDER}\n`);
    await stop();
    return 1;
  }
  if (options.once) {
    await stop();
    return 0;
  }
  process.stdout.write(`\n${whatNext(options.port)}\n`);
  await progress.cloud?.ended;
  // Interrupted: the signal's handler ends this process with its own code.
  if (isStopping) return new Promise(() => undefined);
  process.stderr.write(`the local cloud has ended by itself; its log: ${progress.cloud?.log}\n`);
  await stop();
  return 1;
}

function tasks(options: LocalOptions, progress: Progress): Listr {
  return new Listr(
    [
      task('Start the local cloud', progress, async () => {
        progress.cloud = await startCloud(options.port);
        return progress.cloud.endpoint;
      }),
      task('Prepare the Python environment of the runners', progress, async () => {
        const runner = await prepareRunner(xgboostImage('us-east-1', '1.7-1'), (line) => progress.say(line));
        return runner.python.replace(process.cwd(), '.');
      }),
      task('Deploy with cdk deploy', progress, async () => {
        const { endpoint } = progress.cloud!;
        const app = join(LOCAL_FOLDER, 'cdk.out');
        const say = (line: string) => progress.say(line);
        await cdk(endpoint, ['synth', '--quiet', '-c', 'stage=local', '--output', app], say);
        await cdk(endpoint, ['bootstrap', 'aws://000000000000/us-east-1', '--app', app], say);
        await cdk(
          endpoint,
          ['deploy', '--all', '--app', app, '--require-approval', 'never', '--progress', 'events'],
          say,
        );
        Object.assign(process.env, awsEnvironment(endpoint));
        const clock = new CloudClock(endpoint);
        progress.stage = {
          connection: await connect({ stage: 'local', project: 'flight-delays' }),
          clock,
          calendar: await Calendar.startingAt(clock, mondayOf(0)),
          folder: join(LOCAL_FOLDER, 'flight-delays'),
          flights: await Flights.open(),
          say: (line) => progress.say(line),
        };
        return 'the platform and one project';
      }),
      ...steps().map((step) => stepTask(step, progress)),
    ],
    {
      exitOnError: true,
      renderer: process.stdout.isTTY ? 'default' : 'verbose',
      fallbackRendererCondition: () => !process.stdout.isTTY,
      fallbackRenderer: 'verbose',
      rendererOptions: { collapseErrors: false },
    },
  ) as unknown as Listr;
}

const stepTask = (step: Step, progress: Progress) =>
  task(step.title, progress, () => step.run(progress.stage!));

/** A line of the list: what runs, then how long it took and what came out. */
function task(title: string, progress: Progress, work: () => Promise<string>): ListrTask {
  return {
    title,
    task: async (_context, line) => {
      const started = Date.now();
      let said = '';
      progress.say = (text) => {
        // Without a terminal each line stays: only what is new is worth one.
        if (text === said || !process.stdout.isTTY) return;
        said = text;
        line.output = text;
      };
      const result = await work();
      line.title = `${title} · ${((Date.now() - started) / 1000).toFixed(1)} s · ${result}`;
    },
  };
}

function whatNext(port: number): string {
  const endpoint =
    port === 4566
      ? ''
      : `AWS_ENDPOINT_URL=http://127.0.0.1:${port} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1 `;
  return [
    `The local cloud stays up on 127.0.0.1:${port}. In another terminal, try:`,
    `  ${endpoint}npm run driftless -- status`,
    `  ${endpoint}npm run driftless -- invoke ATL,BOS,946,1080,4`,
    `  ${endpoint}npm run driftless -- decisions`,
    'Ctrl-C ends it.',
  ].join('\n');
}
