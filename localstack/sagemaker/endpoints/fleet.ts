/** The processes behind one deployment of an endpoint: one per variant, started again when one ends by itself. */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Principal } from '../../core/principal.ts';
import { assumeExecutionRole } from '../execution-role.ts';
import { type LogStream, openLogStream } from '../log-stream.ts';
import { type ServingContainer, startServing } from '../models/serving-container.ts';
import type { SageMaker } from '../sagemaker.ts';
import { type Deployment, endpointArn, endpointKey, type VariantRecord } from './endpoint-record.ts';

/** A variant's process, which stands for all its instances. */
export interface FleetVariant {
  readonly name: string;
  /** A session of its model's execution role. @throws AwsError when SageMaker may not assume it. */
  role(): Principal;
  /** Starts it if it is not running. @throws ContainerStartError */
  container(): Promise<ServingContainer>;
}

export interface Fleet {
  /** Its weights change when the endpoint's do. */
  deployment: Deployment;
  /** Fraction of the endpoint's traffic, 0..1; the fractions of an endpoint's fleets add up to 1. */
  share: number;
  readonly variants: ReadonlyMap<string, FleetVariant>;
  /** Whether this fleet came by an update: its metrics then also carry the configuration's name. */
  readonly isUpdate: boolean;
  /** Starts every variant. @throws ContainerStartError of the first that fails, with `variant` set. */
  startAll(): Promise<void>;
  /** Ends the processes; `forget` also deletes the unpacked models. */
  stop(options?: { readonly forget?: boolean }): Promise<void>;
}

/** A fleet of `deployment`, with nothing started yet. */
export function createFleet(
  sagemaker: SageMaker,
  { endpoint, deployment }: { endpoint: string; deployment: Deployment },
): Fleet {
  const home = join(
    sagemaker.cloud.directory('sagemaker'),
    'endpoints',
    endpointKey(endpoint),
    String(deployment.number),
  );
  const members = deployment.variants.map((variant) =>
    createMember(sagemaker, { endpoint, variant, directory: join(home, variant.name) }),
  );
  return {
    deployment,
    share: 0,
    isUpdate: deployment.number > 1,
    variants: new Map(members.map((member) => [member.name, member])),
    async startAll() {
      await Promise.all(
        members.map((member) =>
          member.container().catch((error: Error) => {
            throw Object.assign(error, { variant: member.name });
          }),
        ),
      );
    },
    async stop({ forget = false } = {}) {
      await Promise.all(members.map((member) => member.stop()));
      if (forget) await rm(home, { recursive: true, force: true });
    },
  };
}

interface Member extends FleetVariant {
  stop(): Promise<void>;
}

function createMember(
  sagemaker: SageMaker,
  { endpoint, variant, directory }: { endpoint: string; variant: VariantRecord; directory: string },
): Member {
  let session: Principal | undefined;
  let started: Promise<ServingContainer> | undefined;
  let log: LogStream | undefined;
  let isStopped = false;

  function role(): Principal {
    const arn = endpointArn(sagemaker, endpoint);
    session ??= assumeExecutionRole(sagemaker.cloud, variant.roleArn, arn);
    return session;
  }

  async function start(): Promise<ServingContainer> {
    log ??= openLogStream(sagemaker.cloud, role(), {
      group: `/aws/sagemaker/Endpoints/${endpoint}`,
      stream: `${variant.name}/i-${randomBytes(9).toString('hex').slice(0, 17)}`,
    });
    const options = { definition: variant.container, role: role(), directory, log, reuseModel: true };
    const container = await startServing(sagemaker, options);
    container.ended.then(
      (code) => {
        started = undefined;
        if (!isStopped) log?.write(`The container ended with exit code ${code}; it is started again.`);
      },
      () => {},
    );
    return container;
  }

  return {
    name: variant.name,
    role,
    container() {
      if (started) return started;
      const starting = start();
      started = starting;
      // a failure is not kept: the next call tries again
      starting.catch(() => {
        started = undefined;
      });
      return starting;
    },
    async stop() {
      isStopped = true;
      const container = await started?.catch(() => undefined);
      await container?.stop();
      await log?.close();
    },
  };
}

/** Fleet and variant for one request: by name, or by traffic share and weight. `random`: 0 <= random < 1. */
export function pickVariant(
  fleets: readonly Fleet[],
  targetVariant: string | undefined,
  random: () => number,
): { fleet: Fleet; variant: VariantRecord; member: FleetVariant } | undefined {
  const fleet = pickByWeight(fleets, (each) => each.share, random());
  if (!fleet) return undefined;
  const { variants } = fleet.deployment;
  const variant =
    targetVariant === undefined
      ? pickByWeight(variants, (each) => each.currentWeight, random())
      : variants.find((each) => each.name === targetVariant);
  const member = variant && fleet.variants.get(variant.name);
  return variant && member ? { fleet, variant, member } : undefined;
}

function pickByWeight<T>(all: readonly T[], weightOf: (each: T) => number, random: number): T | undefined {
  const total = all.reduce((sum, each) => sum + weightOf(each), 0);
  let rest = random * total;
  for (const each of all) {
    rest -= weightOf(each);
    if (rest < 0) return each;
  }
  // all weights 0: the first takes it
  return all.at(total === 0 ? 0 : -1);
}
