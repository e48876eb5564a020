/** The audit trail: every domain event as an object that is written once. */
import { putJson } from '../shared/objects.ts';

/** An event as EventBridge delivers it. */
export interface AuditedEvent {
  readonly id: string;
  /** ISO 8601. */
  readonly time: string;
  readonly 'detail-type': string;
}

/** `audit/yyyy/mm/dd/<event id>.json`, by the day of the event (UTC). */
export function auditKey({ id, time }: AuditedEvent): string {
  const [year, month, day] = new Date(time).toISOString().slice(0, 10).split('-');
  return `audit/${year}/${month}/${day}/${id}.json`;
}

/** Keeps the whole event; delivered again, it changes nothing. */
export async function recordAudit(bucket: string, event: AuditedEvent): Promise<void> {
  await putJson(bucket, auditKey(event), event, { ifAbsent: true });
}
