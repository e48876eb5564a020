/** The process of one variant, which stands for all its instances: started, restarted, and for serverless put to sleep. */
import { randomBytes } from 'node:crypto';
import type { Timer } from '../../core/clock.ts';
import { AwsError } from '../../core/errors.ts';
import type { Principal } from '../../core/principal.ts';
import { assumeExecutionRole } from '../execution-role.ts';
import { type LogStream, openLogStream } from '../log-stream.ts';
import { type ServingContainer, startServing } from '../models/serving-container.ts';
import type { SageMaker } from '../sagemaker.ts';
import { authorizeVolumeKey } from '../volume-key.ts';
import { endpointArn, type VariantRecord } from './endpoint-record.ts';

/** How long a serverless variant stays warm without a request. AWS does not say; on the cloud's clock. */
const SERVERLESS_IDLE_MS = 300_000;
/** @see https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-invoke.html */
const SERVERLESS_STARTUP_MS = 180_000;
const FIRST_RESTART_DELAY_MS = 1_000;
const LONGEST_RESTART_DELAY_MS = 300_000;

/** What a request is given to work with. */
export interface RunningVariant {
  readonly container: ServingContainer;
  /** How long this request waited for a serverless container to start; absent when it was warm. */
  readonly setupMs?: number | undefined;
}

export interface VariantProcess {
  readonly name: string;
  /** A session of its model's execution role. @throws AwsError when SageMaker may not assume it. */
  role(): Principal;
  /** Starts it if it is not running. @throws ContainerStartError */
  start(): Promise<void>;
  /**
   * Runs one request. @param maxConcurrency of a serverless variant.
   * @throws AwsError ThrottlingException over `maxConcurrency`, ServiceUnavailable while a crashed container comes back.
   */
  use<T>(maxConcurrency: number | undefined, work: (running: RunningVariant) => Promise<T>): Promise<T>;
  /** The process that runs now. */
  pid(): number | undefined;
  stop(): Promise<void>;
}

export interface VariantProcessOptions {
  readonly endpoint: string;
  readonly variant: VariantRecord;
  readonly directory: string;
}

/** A variant's process, with nothing started yet. */
export function createVariantProcess(
  sagemaker: SageMaker,
  { endpoint, variant, directory }: VariantProcessOptions,
): VariantProcess {
  const { cloud } = sagemaker;
  const isServerless = variant.serverless !== undefined;
  const label = `variant ${variant.name} of endpoint ${endpoint}`;
  let session: Principal | undefined;
  let started: Promise<ServingContainer> | undefined;
  let running: ServingContainer | undefined;
  let log: LogStream | undefined;
  let isStopped = false;
  let isRestarting = false;
  let inFlight = 0;
  let idle: Timer | undefined;

  function role(): Principal {
    session ??= assumeExecutionRole(cloud, variant.roleArn, endpointArn(sagemaker, endpoint));
    return session;
  }

  async function launch(): Promise<ServingContainer> {
    authorizeVolumeKey(cloud, variant.volumeKeyId, role());
    log ??= openLogStream(cloud, role(), {
      group: `/aws/sagemaker/Endpoints/${endpoint}`,
      stream: `${variant.name}/i-${randomBytes(9).toString('hex').slice(0, 17)}`,
    });
    const { ModelDataDownloadTimeoutInSeconds, ContainerStartupHealthCheckTimeoutInSeconds } = variant.config;
    const container = await startServing(sagemaker, {
      definition: variant.container,
      role: role(),
      directory,
      log,
      reuseModel: true,
      ...(ModelDataDownloadTimeoutInSeconds ? { downloadMs: ModelDataDownloadTimeoutInSeconds * 1000 } : {}),
      ...(ContainerStartupHealthCheckTimeoutInSeconds
        ? { startupMs: ContainerStartupHealthCheckTimeoutInSeconds * 1000 }
        : {}),
      ...(isServerless ? { startupMs: SERVERLESS_STARTUP_MS } : {}),
    });
    running = container;
    container.ended.then(
      () => ended(container),
      () => ended(container),
    );
    return container;
  }

  function container(): Promise<ServingContainer> {
    if (started) return started;
    const starting = launch();
    started = starting;
    // a failure is not kept: the next call tries again
    starting.catch(() => {
      started = undefined;
    });
    return starting;
  }

  function ended(container_: ServingContainer): void {
    if (running !== container_) return;
    started = undefined;
    running = undefined;
    if (isStopped || isServerless) return;
    log?.write('The container ended; it is started again.');
    isRestarting = true;
    cloud.background(`restarting ${label}`, restart);
  }

  async function restart(): Promise<void> {
    let delayMs = FIRST_RESTART_DELAY_MS;
    while (!isStopped) {
      const isUp = await container().then(
        () => true,
        () => false,
      );
      if (isUp) break;
      await cloud.clock.sleep(delayMs, `restarting ${label}`);
      delayMs = Math.min(2 * delayMs, LONGEST_RESTART_DELAY_MS);
    }
    isRestarting = false;
  }

  async function putToSleep(): Promise<void> {
    if (inFlight > 0 || isStopped) return;
    const sleeping = running;
    started = undefined;
    running = undefined;
    await sleeping?.stop();
  }

  function armIdle(): void {
    if (!isServerless || isStopped) return;
    idle?.cancel();
    idle = cloud.clock.after(SERVERLESS_IDLE_MS, `${label} is idle`, putToSleep);
  }

  return {
    name: variant.name,
    role,
    pid: () => running?.pid,
    async start() {
      await container();
      armIdle();
    },
    async use(maxConcurrency, work) {
      if (isRestarting) throw unavailable();
      if (inFlight >= (maxConcurrency ?? Number.POSITIVE_INFINITY)) throw throttled();
      inFlight += 1;
      const isCold = isServerless && started === undefined;
      const startedAt = performance.now();
      try {
        const container_ = await container();
        return await work({
          container: container_,
          setupMs: isCold ? performance.now() - startedAt : undefined,
        });
      } finally {
        inFlight -= 1;
        armIdle();
      }
    },
    async stop() {
      isStopped = true;
      idle?.cancel();
      const container_ = await started?.catch(() => undefined);
      await container_?.stop();
      await log?.close();
    },
  };
}

function unavailable(): AwsError {
  const message =
    'A transient exception occurred while retrieving variant instances. Please try again later.';
  return new AwsError('ServiceUnavailable', message, { status: 503 });
}

/** AWS sends no text with it. @see https://github.com/opensearch-project/ml-commons/issues/2429 */
function throttled(): AwsError {
  return new AwsError('ThrottlingException', '', { status: 400, fields: { message: null } });
}
