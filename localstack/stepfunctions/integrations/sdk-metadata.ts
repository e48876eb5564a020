/** What optimized integrations add to a service's answer. */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../json.ts';

/** HTTP and response metadata of a successful call. */
export function sdkMetadata(now: Date): JsonObject {
  const requestId = randomUUID();
  const headers = {
    'Content-Type': 'application/x-amz-json-1.1',
    Date: now.toUTCString(),
    'x-amzn-RequestId': requestId,
  };
  const allHeaders = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  return {
    SdkHttpMetadata: { AllHttpHeaders: allHeaders, HttpHeaders: headers, HttpStatusCode: 200 },
    SdkResponseMetadata: { RequestId: requestId },
  };
}
