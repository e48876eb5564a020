import { describe, expect, test } from 'vitest';
import type { MetricId } from './metric-store.ts';
import { parseSearch } from './search-expression.ts';

function metric(namespace: string, name: string, dimensions: Record<string, string>): MetricId {
  return {
    namespace,
    name,
    dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
  };
}
const METRICS = {
  instance: metric('AWS/EC2', 'CPUUtilization', { InstanceId: 'i-1234567890abcdef0' }),
  network: metric('AWS/EC2', 'NetworkIn', { InstanceId: 'i-1234567890abcdef0' }),
  micro: metric('AWS/EC2', 'CPUUtilization', { InstanceType: 't2.micro' }),
  large: metric('AWS/EC2', 'CPUUtilization', { InstanceType: 't2.large' }),
  all: metric('AWS/EC2', 'CPUUtilization', {}),
  custom: metric('Custom-Namespace', 'CustomCount1', { 'Dim 1': 'a b', Dim2: 'x' }),
};
const found = (search: string) => {
  const isWanted = parseSearch(search);
  return Object.entries(METRICS)
    .filter(([, each]) => isWanted(each))
    .map(([name]) => name);
};

// the first five are examples of the user guide, "CloudWatch search expression examples" and "... syntax"
describe('a search', () => {
  test.each<[string, string[]]>([
    [' {AWS/EC2,InstanceId} MetricName="CPUUtilization" ', ['instance']],
    [' {AWS/EC2,InstanceType} MetricName="CPUUtilization" ', ['micro', 'large']],
    ['{AWS/EC2,InstanceType} InstanceType=micro MetricName="CPUUtilization" ', ['micro']],
    ['{AWS/EC2,InstanceType} InstanceType="t2.micro" MetricName="CPUUtilization" ', ['micro']],
    ['{AWS/EC2,InstanceId} CPUUtilization', ['instance']],
    ['{AWS/EC2}', ['all']],
    ['{"Custom-Namespace","Dim 1",Dim2}', ['custom']],
    ['{"Custom-Namespace",Dim2,"Dim 1"}', ['custom']],
    ['{AWS/EC2,InstanceId} MetricName="CpuUtilization"', []],
    ['{AWS/EC2,InstanceId} cpuutilization', ['instance']],
    ['MetricName=Count', ['custom']],
    ['count', ['custom']],
    ['{AWS/EC2,InstanceId} NOT CPUUtilization', ['network']],
    ['{AWS/EC2,InstanceType} (micro OR large)', ['micro', 'large']],
    ['InstanceType=("t2.micro" OR "t2.large")', ['micro', 'large']],
    ['Namespace="AWS/EC2" AND NetworkIn', ['network']],
  ])('%s', (search, names) => {
    expect(found(search)).toEqual(names);
  });

  test.each(['(', 'a =', '{}', 'NOT', 'a OR'])('%s is none', (search) => {
    expect(() => parseSearch(search)).toThrow('Error in expression');
  });
});
