/** A blue/green update: start green, shift, bake under the alarms' eyes, then drop blue or go back to it. */
import type { ProductionVariantStatus } from '@aws-sdk/client-sagemaker';
import { assumeExecutionRole } from '../execution-role.ts';
import type { SageMaker } from '../sagemaker.ts';
import { alarmsInAlarm } from './alarms.ts';
import { sendTestNotifications } from './async-notifications.ts';
import { type ShiftStep, shiftSteps } from './deployment-config.ts';
import { changeEndpointState, emitDeploymentState } from './endpoint-events.ts';
import {
  type Deployment,
  type EndpointRecord,
  endpointKey,
  updateEndpointRecord,
  type VariantRecord,
} from './endpoint-record.ts';
import { createFleet, type Fleet } from './fleet.ts';
import { startFailure } from './start-failure.ts';

/** How often the watched alarms are read while baking, in seconds of the cloud's clock. */
const ALARM_POLL_SECONDS = 10;
const DEFAULT_LIMIT_SECONDS = 14_400;

/** Ends a deployment with this as the endpoint's FailureReason. */
class RolledBack extends Error {
  override readonly name = 'RolledBack';
}

/** Carries out the endpoint's pending deployment; every outcome is in the endpoint's record. */
export async function deploy(sagemaker: SageMaker, name: string): Promise<void> {
  const record = sagemaker.endpoints.get(endpointKey(name))!;
  const pending = record.pending!;
  let green: Fleet | undefined;
  try {
    green = createFleet(sagemaker, { endpoint: name, deployment: pending });
    showStatus(sagemaker, name, 'pending', (each) => ({
      currentInstances: 0,
      Status: 'Creating',
      StatusMessage: `Launching ${each.desiredInstances} instance(s).`,
    }));
    const fleet = green;
    await green.startAll().catch((error: unknown) => {
      throw new RolledBack(startFailure(pending, error));
    });
    const first = pending.variants[0]!.name;
    await sendTestNotifications(sagemaker, pending.async, () => fleet.variants.get(first)!.role());
    await shift(sagemaker, record, green);
    await promote(sagemaker, name, green);
  } catch (error) {
    await rollBack(sagemaker, name, green, error);
  }
}

async function shift(sagemaker: SageMaker, record: EndpointRecord, green: Fleet): Promise<void> {
  const { clock } = sagemaker.cloud;
  const limit = record.deploymentConfig?.BlueGreenUpdatePolicy?.MaximumExecutionTimeoutInSeconds;
  const deadline = record.pending!.startedAt.getTime() + (limit ?? DEFAULT_LIMIT_SECONDS) * 1000;
  const blue = sagemaker.fleets.get(endpointKey(record.name))![0]!;
  sagemaker.fleets.set(endpointKey(record.name), [blue, green]);
  // the largest variant paces the shift; each variant's own count follows from the share
  const instances = Math.max(...record.pending!.variants.map((each) => each.desiredInstances));
  for (const step of shiftSteps(record.deploymentConfig, instances)) {
    showActivating(sagemaker, record.name, step);
    green.share = step.share;
    blue.share = 1 - step.share;
    if (step.bakeSeconds > 0) showBaking(sagemaker, record.name, step);
    await bake(sagemaker, record, { untilMs: clock.now() + step.bakeSeconds * 1000, deadline });
  }
}

/** Waits on the cloud's clock, reading the alarms at the start, while waiting and at the end. */
async function bake(
  sagemaker: SageMaker,
  record: EndpointRecord,
  { untilMs, deadline }: { untilMs: number; deadline: number },
): Promise<void> {
  const { clock } = sagemaker.cloud;
  const role = assumeExecutionRole(sagemaker.cloud, record.pending!.variants[0]!.roleArn, record.arn);
  const isWatched = untilMs > clock.now();
  for (;;) {
    const alarms = isWatched ? await alarmsInAlarm(sagemaker, record.deploymentConfig, role) : [];
    if (alarms.length > 0) {
      throw new RolledBack(
        `The deployment was rolled back because the following alarm(s) are in ALARM state: ${alarms.join(', ')}.`,
      );
    }
    if (clock.now() >= deadline)
      throw new RolledBack('The deployment exceeded MaximumExecutionTimeoutInSeconds.');
    const left = untilMs - clock.now();
    if (left <= 0) return;
    await clock.sleep(
      Math.min(left, deadline - clock.now(), ALARM_POLL_SECONDS * 1000),
      `endpoint ${record.name} bakes`,
    );
  }
}

async function promote(sagemaker: SageMaker, name: string, green: Fleet): Promise<void> {
  const blue = sagemaker.fleets.get(endpointKey(name))![0]!;
  const { pending, deploymentConfig } = sagemaker.endpoints.get(endpointKey(name))!;
  green.share = 1;
  sagemaker.fleets.set(endpointKey(name), [green]);
  showTerminating(sagemaker, name, 'live');
  await blue.stop({ forget: true });
  const variants = pending!.variants.map(({ status: _status, ...each }) => ({
    ...each,
    currentInstances: each.desiredInstances,
    currentWeight: each.desiredWeight,
  }));
  changeEndpointState(sagemaker, name, {
    status: 'InService',
    live: { ...pending!, variants },
    pending: undefined,
    lastDeploymentConfig: deploymentConfig,
  });
}

async function rollBack(
  sagemaker: SageMaker,
  name: string,
  green: Fleet | undefined,
  error: unknown,
): Promise<void> {
  const fleets = sagemaker.fleets.get(endpointKey(name)) ?? [];
  const blue = fleets.find((each) => each !== green);
  if (blue) {
    blue.share = 1;
    sagemaker.fleets.set(endpointKey(name), [blue]);
  }
  changeEndpointState(sagemaker, name, { status: 'RollingBack' });
  showTerminating(sagemaker, name, 'pending');
  await green?.stop({ forget: true });
  const { deploymentConfig } = sagemaker.endpoints.get(endpointKey(name))!;
  const isExpected = error instanceof RolledBack;
  changeEndpointState(sagemaker, name, {
    status: 'InService',
    pending: undefined,
    failureReason: error instanceof Error ? error.message : String(error),
    lastDeploymentConfig: deploymentConfig,
  });
  if (!isExpected) console.error(`local cloud: sagemaker: the update of endpoint ${name} failed:`, error);
}

/** How many of a variant's instances get traffic after a step. */
const activeInstances = (variant: VariantRecord, { share }: ShiftStep): number =>
  Math.max(1, Math.round(share * variant.desiredInstances));

function showActivating(sagemaker: SageMaker, name: string, step: ShiftStep): void {
  showStatus(sagemaker, name, 'pending', (each) => {
    const currentInstances = activeInstances(each, step);
    const StatusMessage = `Activating traffic on ${step.capacity} capacity of ${currentInstances} instance(s).`;
    return { currentInstances, Status: 'ActivatingTraffic', StatusMessage };
  });
}

function showBaking(sagemaker: SageMaker, name: string, step: ShiftStep): void {
  showStatus(sagemaker, name, 'pending', (each) => {
    const currentInstances = activeInstances(each, step);
    const StatusMessage =
      `Baking for ${step.bakeSeconds} seconds (${step.bakeSetting}) with traffic enabled on ${step.capacity} capacity ` +
      `of ${currentInstances} instance(s).`;
    return { currentInstances, Status: 'Baking', StatusMessage };
  });
}

function showTerminating(sagemaker: SageMaker, name: string, which: 'live' | 'pending'): void {
  showStatus(sagemaker, name, which, (each) => ({
    currentInstances: each.currentInstances,
    Status: 'Deleting',
    StatusMessage: `Terminating ${each.currentInstances} instance(s).`,
  }));
}

interface Shown extends Pick<ProductionVariantStatus, 'Status' | 'StatusMessage'> {
  readonly currentInstances: number;
}

/** Sets the status of every variant of one of the two deployments and emits it. Serverless variants have no stages. */
function showStatus(
  sagemaker: SageMaker,
  name: string,
  which: 'live' | 'pending',
  statusOf: (variant: VariantRecord) => Shown,
): void {
  const StartTime = sagemaker.cloud.clock.date();
  const deployment = sagemaker.endpoints.get(endpointKey(name))![which]!;
  const variants = deployment.variants.map((each): VariantRecord => {
    if (each.serverless) return each;
    const { currentInstances, ...shown } = statusOf(each);
    return { ...each, currentInstances, status: [{ ...shown, StartTime }] };
  });
  const changed: Deployment = { ...deployment, variants };
  emitDeploymentState(sagemaker, updateEndpointRecord(sagemaker, name, { [which]: changed }));
}
