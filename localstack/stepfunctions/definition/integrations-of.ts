/** The integrations that a definition uses, in its inner states too. */
import { findIntegration } from '../integrations/catalogue.ts';
import type { Integration } from '../integrations/integration.ts';
import type { StateContainer } from './asl.ts';

/** One integration for each Task state. */
export async function integrationsOf(container: StateContainer): Promise<readonly Integration[]> {
  const found: Integration[] = [];
  for (const state of Object.values(container.States)) {
    if (state.Resource !== undefined) {
      const integration = await findIntegration(state.Resource);
      if (integration) found.push(integration);
    }
    const processor = state.ItemProcessor ?? state.Iterator;
    for (const inner of [...(state.Branches ?? []), ...(processor ? [processor] : [])]) {
      found.push(...(await integrationsOf(inner)));
    }
  }
  return found;
}
