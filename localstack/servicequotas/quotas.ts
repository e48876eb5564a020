/** The account's quotas: what people set on this cloud, since a laptop has none of its own. */
import type { Collection } from '../core/collection.ts';

export interface QuotaRecord {
  readonly serviceCode: string;
  /** As Service Quotas names it, for example `ml.m5.large for training job usage`. */
  readonly name: string;
  readonly value: number;
}

/** A cloud, or a fake of it, that keeps collections. */
interface Keeper {
  collection<T>(service: string, name: string): Collection<T>;
}

/** All quotas, by `service/name`. The services that they bound read the same collection. */
export const quotasOf = (cloud: Keeper): Collection<QuotaRecord> =>
  cloud.collection<QuotaRecord>('servicequotas', 'quotas');

/** Sets a quota; it counts from the next request on. */
export function setQuota(quotas: Collection<QuotaRecord>, quota: QuotaRecord): void {
  quotas.put(`${quota.serviceCode}/${quota.name}`, quota);
}

/** A quota's value; undefined when nobody has set it, which is no limit. */
export function quotaValue(
  quotas: Collection<QuotaRecord>,
  serviceCode: string,
  name: string,
): number | undefined {
  return quotas.get(`${serviceCode}/${name}`)?.value;
}
