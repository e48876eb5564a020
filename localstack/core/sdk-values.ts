/** Enumerations of the SDK's clients, loaded when they are first asked for: a client costs 100 ms at start. */
import { createRequire } from 'node:module';

const REQUIRE = createRequire(import.meta.url);

/** The values of an enumeration, for example `sdkValues('sagemaker', 'TrainingInstanceType')`. @throws Error for one that is none */
export function sdkValues(client: string, enumeration: string): readonly string[] {
  const values = (REQUIRE(`@aws-sdk/client-${client}`) as Record<string, unknown>)[enumeration];
  if (typeof values !== 'object' || values === null)
    throw new Error(`client-${client} has no enumeration ${enumeration}`);
  return Object.values(values) as string[];
}
