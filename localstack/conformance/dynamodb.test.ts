import { dynamodbItemCases } from './cases/dynamodb-items.ts';
import { dynamodbTableCases } from './cases/dynamodb-tables.ts';
import { runCases } from './run-cases.ts';

runCases(dynamodbItemCases);
runCases(dynamodbTableCases);
