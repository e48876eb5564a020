"""boto3's paginators: three things, one to a page, each seen once."""

import io
import json
import unittest
import zipfile

import boto3

NAMES = ["page-a", "page-b", "page-c"]


def role_of(name, service):
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return boto3.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]


class Paginators(unittest.TestCase):
    def pages(self, client, operation, path, size=1, **arguments):
        """What JMESPath `path` finds on each page of at most `size`, in order."""
        paginator = boto3.client(client).get_paginator(operation)
        pages = list(paginator.paginate(PaginationConfig={"PageSize": size}, **arguments))
        self.assertGreaterEqual(len(pages), 3, f"{client}.{operation} did not page")
        found = paginator.paginate(PaginationConfig={"PageSize": size}, **arguments).search(path)
        return [each for each in found if each is not None]

    def assert_each_once(self, found, expected=None):
        expected = expected or NAMES
        ours = [each for each in found if each in expected]
        self.assertEqual(sorted(ours), sorted(expected))
        self.assertEqual(len(found), len(set(found)))

    def test_s3(self):
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="paged")
        s3.put_bucket_versioning(Bucket="paged", VersioningConfiguration={"Status": "Enabled"})
        for name in NAMES:
            s3.put_object(Bucket="paged", Key=name, Body=b"x")
            s3.create_multipart_upload(Bucket="paged", Key=name)
        self.assert_each_once(self.pages("s3", "list_objects_v2", "Contents[].Key", Bucket="paged"))
        self.assert_each_once(self.pages("s3", "list_objects", "Contents[].Key", Bucket="paged"))
        self.assert_each_once(self.pages("s3", "list_object_versions", "Versions[].Key", Bucket="paged"))
        self.assert_each_once(self.pages("s3", "list_multipart_uploads", "Uploads[].Key", Bucket="paged"))
        upload = s3.create_multipart_upload(Bucket="paged", Key="parts")["UploadId"]
        for number in (1, 2, 3):
            s3.upload_part(Bucket="paged", Key="parts", UploadId=upload, PartNumber=number, Body=b"x")
        parts = self.pages("s3", "list_parts", "Parts[].PartNumber", Bucket="paged", Key="parts", UploadId=upload)
        self.assertEqual(parts, [1, 2, 3])

    def test_dynamodb(self):
        dynamodb = boto3.client("dynamodb")
        dynamodb.create_table(
            TableName="paged",
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            BillingMode="PAY_PER_REQUEST",
        )
        dynamodb.get_waiter("table_exists").wait(TableName="paged", WaiterConfig={"Delay": 1})
        for name in NAMES:
            dynamodb.put_item(TableName="paged", Item={"pk": {"S": "one"}, "sk": {"S": name}})
        query = {
            "TableName": "paged",
            "KeyConditionExpression": "pk = :one",
            "ExpressionAttributeValues": {":one": {"S": "one"}},
        }
        self.assert_each_once(self.pages("dynamodb", "query", "Items[].sk.S", **query))
        self.assert_each_once(self.pages("dynamodb", "scan", "Items[].sk.S", TableName="paged"))

    def test_sqs_sns(self):
        sqs, sns = boto3.client("sqs"), boto3.client("sns")
        urls = [sqs.create_queue(QueueName=name)["QueueUrl"] for name in NAMES]
        self.assert_each_once(self.pages("sqs", "list_queues", "QueueUrls[]"), urls)
        # SNS has no page size: 100 to a page
        arns = [sns.create_topic(Name=f"page-{number:03}")["TopicArn"] for number in range(201)]
        self.assert_each_once(self.pages("sns", "list_topics", "Topics[].TopicArn", size=None), arns)

    def test_ssm(self):
        ssm = boto3.client("ssm")
        for name in NAMES:
            ssm.put_parameter(Name=f"/paged/{name}", Value="1", Type="String")
        names = [f"/paged/{name}" for name in NAMES]
        self.assert_each_once(self.pages("ssm", "get_parameters_by_path", "Parameters[].Name", Path="/paged"), names)
        self.assert_each_once(self.pages("ssm", "describe_parameters", "Parameters[].Name"), names)

    def test_iam(self):
        iam = boto3.client("iam")
        document = {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }
        for name in NAMES:
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))
        self.assert_each_once(self.pages("iam", "list_roles", "Roles[].RoleName"))

    def test_kms(self):
        kms = boto3.client("kms")
        keys = [kms.create_key()["KeyMetadata"]["KeyId"] for _ in NAMES]
        self.assert_each_once(self.pages("kms", "list_keys", "Keys[].KeyId"), keys)

    def test_logs(self):
        logs = boto3.client("logs")
        for name in NAMES:
            logs.create_log_group(logGroupName=name)
            logs.create_log_stream(logGroupName="page-a", logStreamName=name)
        self.assert_each_once(self.pages("logs", "describe_log_groups", "logGroups[].logGroupName"))
        streams = self.pages("logs", "describe_log_streams", "logStreams[].logStreamName", logGroupName="page-a")
        self.assert_each_once(streams)

    def test_cloudwatch(self):
        cloudwatch = boto3.client("cloudwatch")
        for name in NAMES:
            cloudwatch.put_metric_alarm(
                AlarmName=name,
                Namespace="N",
                MetricName="M",
                Statistic="Sum",
                Period=60,
                EvaluationPeriods=1,
                Threshold=1,
                ComparisonOperator="GreaterThanThreshold",
            )
        self.assert_each_once(self.pages("cloudwatch", "describe_alarms", "MetricAlarms[].AlarmName"))

    def test_events_and_scheduler(self):
        scheduler = boto3.client("scheduler")
        for name in NAMES:
            scheduler.create_schedule_group(Name=name)
        groups = self.pages("scheduler", "list_schedule_groups", "ScheduleGroups[].Name")
        self.assert_each_once([name for name in groups if name != "default"])
        target = {
            "Arn": boto3.client("sns").create_topic(Name="scheduled")["TopicArn"],
            "RoleArn": role_of("paged-scheduler", "scheduler.amazonaws.com"),
        }
        for name in NAMES:
            scheduler.create_schedule(
                Name=name,
                ScheduleExpression="rate(1 day)",
                FlexibleTimeWindow={"Mode": "OFF"},
                Target=target,
            )
        self.assert_each_once(self.pages("scheduler", "list_schedules", "Schedules[].Name"))

    def test_lambda(self):
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("index.js", "exports.handler = async () => 1;")
        role = role_of("paged-function", "lambda.amazonaws.com")
        for name in NAMES:
            boto3.client("lambda").create_function(
                FunctionName=name,
                Runtime="nodejs20.x",
                Handler="index.handler",
                Role=role,
                Code={"ZipFile": archive.getvalue()},
            )
        self.assert_each_once(self.pages("lambda", "list_functions", "Functions[].FunctionName"))

    def test_sagemaker(self):
        sagemaker = boto3.client("sagemaker")
        for name in NAMES:
            sagemaker.create_model_package_group(ModelPackageGroupName=name)
        path = "ModelPackageGroupSummaryList[].ModelPackageGroupName"
        self.assert_each_once(self.pages("sagemaker", "list_model_package_groups", path))

    def test_step_functions(self):
        role = role_of("paged-states", "states.amazonaws.com")
        states = boto3.client("stepfunctions")
        definition = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
        arns = [
            states.create_state_machine(name=name, definition=definition, roleArn=role)["stateMachineArn"]
            for name in NAMES
        ]
        machines = self.pages("stepfunctions", "list_state_machines", "stateMachines[].stateMachineArn")
        self.assert_each_once(machines, arns)
        for name in NAMES:
            states.start_execution(stateMachineArn=arns[0], name=name)
        executions = self.pages("stepfunctions", "list_executions", "executions[].name", stateMachineArn=arns[0])
        self.assert_each_once(executions)

    def test_cloudformation(self):
        # DescribeStackEvents pages by 100 events, ListStackResources by 100 resources
        resources = {
            f"P{number:03}": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "1"}}
            for number in range(201)
        }
        cloudformation = boto3.client("cloudformation")
        cloudformation.create_stack(StackName="paged", TemplateBody=json.dumps({"Resources": resources}))
        cloudformation.get_waiter("stack_create_complete").wait(StackName="paged", WaiterConfig={"Delay": 1})
        path = "StackResourceSummaries[].LogicalResourceId"
        listed = self.pages("cloudformation", "list_stack_resources", path, size=None, StackName="paged")
        self.assert_each_once(listed, list(resources))
        path = "StackEvents[].EventId"
        events = self.pages("cloudformation", "describe_stack_events", path, size=None, StackName="paged")
        self.assertEqual(len(events), len(set(events)))
        self.assertGreaterEqual(len(events), 404)


if __name__ == "__main__":
    unittest.main()
