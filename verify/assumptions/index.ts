/** All that the code assumes of AWS and that nobody here has seen: what `verify:aws` checks. */
import type { Assumption } from '../assumption.ts';
import { DELIVERY } from './delivery.ts';
import { ENDPOINTS } from './endpoints.ts';
import { FUNCTIONS } from './functions.ts';
import { JOBS } from './jobs.ts';
import { LINEAGE } from './lineage.ts';
import { REGISTRY } from './registry.ts';
import { STAGE } from './stage.ts';
import { STORAGE } from './storage.ts';
import { UPLOADS } from './uploads.ts';
import { WORKFLOWS } from './workflows.ts';

/** The cheap and quick ones first. */
export const ASSUMPTIONS: readonly Assumption[] = [
  ...STORAGE,
  ...DELIVERY,
  ...UPLOADS,
  ...FUNCTIONS,
  ...WORKFLOWS,
  ...REGISTRY,
  ...LINEAGE,
  ...JOBS,
  ...ENDPOINTS,
  ...STAGE,
];
