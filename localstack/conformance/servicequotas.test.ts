import { serviceQuotasCases } from './cases/servicequotas.ts';
import { runCases } from './run-cases.ts';

runCases(serviceQuotasCases);
