"""boto3's waiters: each returns once the thing is there, and again once it is gone."""

import io
import json
import unittest
import zipfile

import boto3
from botocore.exceptions import WaiterError

QUICK = {"Delay": 1, "MaxAttempts": 30}
ONCE = {"Delay": 1, "MaxAttempts": 1}


def trust(service):
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def function_code(body):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("index.js", body)
    return archive.getvalue()


class Waiters(unittest.TestCase):
    def test_s3_buckets_and_objects(self):
        s3 = boto3.client("s3")
        with self.assertRaises(WaiterError):
            s3.get_waiter("bucket_exists").wait(Bucket="waited-for", WaiterConfig=ONCE)
        s3.create_bucket(Bucket="waited-for")
        s3.get_waiter("bucket_exists").wait(Bucket="waited-for", WaiterConfig=QUICK)
        s3.get_waiter("object_not_exists").wait(Bucket="waited-for", Key="a b/ü", WaiterConfig=QUICK)
        s3.put_object(Bucket="waited-for", Key="a b/ü", Body=b"1")
        s3.get_waiter("object_exists").wait(Bucket="waited-for", Key="a b/ü", WaiterConfig=QUICK)
        s3.delete_object(Bucket="waited-for", Key="a b/ü")
        s3.delete_bucket(Bucket="waited-for")
        s3.get_waiter("bucket_not_exists").wait(Bucket="waited-for", WaiterConfig=QUICK)

    def test_dynamodb_tables(self):
        dynamodb = boto3.client("dynamodb")
        dynamodb.create_table(
            TableName="waited-for",
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        dynamodb.get_waiter("table_exists").wait(TableName="waited-for", WaiterConfig=QUICK)
        self.assertEqual(dynamodb.describe_table(TableName="waited-for")["Table"]["TableStatus"], "ACTIVE")
        dynamodb.delete_table(TableName="waited-for")
        dynamodb.get_waiter("table_not_exists").wait(TableName="waited-for", WaiterConfig=QUICK)

    def test_iam_roles_and_policies(self):
        iam = boto3.client("iam")
        iam.create_role(RoleName="waited-for", AssumeRolePolicyDocument=trust("lambda.amazonaws.com"))
        iam.get_waiter("role_exists").wait(RoleName="waited-for", WaiterConfig=QUICK)
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
        arn = iam.create_policy(PolicyName="waited-for", PolicyDocument=json.dumps(document))["Policy"]["Arn"]
        iam.get_waiter("policy_exists").wait(PolicyArn=arn, WaiterConfig=QUICK)

    def test_lambda_functions(self):
        role = boto3.client("iam").create_role(
            RoleName="waited-function", AssumeRolePolicyDocument=trust("lambda.amazonaws.com")
        )
        client = boto3.client("lambda")
        client.create_function(
            FunctionName="waited-for",
            Runtime="nodejs20.x",
            Handler="index.handler",
            Role=role["Role"]["Arn"],
            Code={"ZipFile": function_code("exports.handler = async () => 'first';")},
        )
        for waiter in ("function_exists", "function_active_v2"):
            client.get_waiter(waiter).wait(FunctionName="waited-for", WaiterConfig=QUICK)
        code = function_code("exports.handler = async () => 'second';")
        client.update_function_code(FunctionName="waited-for", ZipFile=code)
        client.get_waiter("function_updated_v2").wait(FunctionName="waited-for", WaiterConfig=QUICK)
        version = client.publish_version(FunctionName="waited-for")["Version"]
        client.get_waiter("published_version_active").wait(
            FunctionName="waited-for", Qualifier=version, WaiterConfig=QUICK
        )
        answer = client.invoke(FunctionName=f"waited-for:{version}")
        self.assertEqual(json.load(answer["Payload"]), "second")

    def test_cloudformation_stacks(self):
        cloudformation = boto3.client("cloudformation")

        def template(value):
            parameter = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}
            return json.dumps({"Resources": {"Parameter": parameter}})

        def wait(name, **arguments):
            cloudformation.get_waiter(name).wait(WaiterConfig=QUICK, **arguments)

        change_set = {"StackName": "waited-for", "ChangeSetName": "first"}
        cloudformation.create_change_set(
            TemplateBody=template("1"), ChangeSetType="CREATE", **change_set
        )
        wait("change_set_create_complete", **change_set)
        cloudformation.execute_change_set(**change_set)
        wait("stack_create_complete", StackName="waited-for")
        wait("stack_exists", StackName="waited-for")
        cloudformation.update_stack(StackName="waited-for", TemplateBody=template("2"))
        wait("stack_update_complete", StackName="waited-for")
        cloudformation.delete_stack(StackName="waited-for")
        wait("stack_delete_complete", StackName="waited-for")

    def test_sagemaker_endpoints(self):
        sagemaker = boto3.client("sagemaker")
        with self.assertRaises(WaiterError):
            sagemaker.get_waiter("endpoint_in_service").wait(EndpointName="waited-for", WaiterConfig=ONCE)
        sagemaker.get_waiter("endpoint_deleted").wait(EndpointName="waited-for", WaiterConfig=QUICK)

    def test_cloudwatch_alarms(self):
        cloudwatch = boto3.client("cloudwatch")
        cloudwatch.put_metric_alarm(
            AlarmName="waited-for",
            Namespace="N",
            MetricName="M",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
        )
        cloudwatch.get_waiter("alarm_exists").wait(AlarmNames=["waited-for"], WaiterConfig=QUICK)
        cloudwatch.put_composite_alarm(AlarmName="composite", AlarmRule='ALARM("waited-for")')
        cloudwatch.get_waiter("composite_alarm_exists").wait(
            AlarmNames=["composite"], AlarmTypes=["CompositeAlarm"], WaiterConfig=QUICK
        )


if __name__ == "__main__":
    unittest.main()
