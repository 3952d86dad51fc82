"""Who may do what: callers on routes, functions on everything else."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from functions.settings import Settings
from infra.target import TargetName
from lineal_contract.mlflow.endpoint import Endpoint
from lineal_contract.mlflow.surface import ENDPOINTS
from lineal_contract.permissions import allows
from lineal_contract.roles import Role
from lineal_contract.routes.route import Route
from lineal_contract.routes.table import ROUTES
from tests.infra.iam import matches
from tests.infra.templates import Assembly, listed, target, text

_NO_RESOURCE = {
    "X-Ray takes what is sent and names nothing": {
        "xray:PutTraceSegments",
        "xray:PutTelemetryRecords",
        "xray:GetSamplingRules",
        "xray:GetSamplingTargets",
    },
    "a task token names no resource": {"states:SendTaskSuccess"},
    "a record of CloudTrail names no resource": {"cloudtrail:LookupEvents"},
    "streams are listed by account": {"dynamodb:ListStreams"},
    "Step Functions sets up the delivery of its logs by account": {
        "logs:CreateLogDelivery",
        "logs:GetLogDelivery",
        "logs:UpdateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:ListLogDeliveries",
        "logs:PutResourcePolicy",
        "logs:DescribeResourcePolicies",
        "logs:DescribeLogGroups",
    },
}

_NO_RESOURCES = {"LINEAL_TRAIL_PATIENCE_SECONDS", "LINEAL_DEFAULT_MEMBERS", "LINEAL_WEBHOOK_HOSTS"}
"""Settings that name no resource."""
_READ = {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"}
_WRITE = _READ | {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:ConditionCheckItem"}
_ADMISSION = ["IDENTITY#*", "PEOPLE", "PROJECTS", "P#*#MEMBERS"]
_BEARERS = ["BEARER#*", "P#*#BEARERS"]
_GET_VERSION = {"s3:GetObjectVersion"}
_UPLOAD = {
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:PutObject",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
}
_LIST = {"s3:ListBucket"}
_STREAM = {"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"}
_QUEUE = {"sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"}

GRANTS: dict[str, dict[str, set[str]]] = {
    "tracking": {"runs": _WRITE, "registry": {"dynamodb:GetItem"}, "objects": _UPLOAD, "bucket": _LIST},
    "registry": {
        "registry": _WRITE,
        "runs": _READ,
        "objects": _GET_VERSION,
        "bucket": _LIST,
        "approval": {"states:StartExecution"},
    },
    "mlflow": {
        "runs": _WRITE,
        "registry": _WRITE,
        "objects": _GET_VERSION,
        "staged": _UPLOAD | {"s3:DeleteObject"},
        "registrations": {"s3:PutObject"},
        "registration": {"states:StartExecution"},
        "bucket": _LIST | {"s3:ListBucketVersions"},
        "webhooks": {"lambda:InvokeFunction"},
    },
    "webhooks": {
        "registry": {"dynamodb:GetItem", "dynamodb:Query"},
        "notices": {
            "sqs:SendMessage",
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:ChangeMessageVisibility",
            "sqs:GetQueueUrl",
            "sqs:GetQueueAttributes",
        },
    },
    "approvals": {"registry": _WRITE, "*": {"states:SendTaskSuccess"}},
    "console_decisions": {"registry": _WRITE, "*": {"states:SendTaskSuccess", "cloudtrail:LookupEvents"}},
    "deployments": {"registry": _WRITE, "objects": _GET_VERSION, "bucket": _LIST},
    "serving": {"registry": {"dynamodb:GetItem"}, "objects": _GET_VERSION, "bucket": _LIST},
    "audit": {
        "registry": {"dynamodb:GetItem", "dynamodb:Query"},
        "anchors": {"s3:GetObject"},
        "bucket": _LIST,
    },
    "admin": {"registry": _WRITE},
    "tokens": {"registry": {"dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"}},
    "authorizer": {"registry": {"dynamodb:GetItem"}},
    "approval_steps": {"registry": _WRITE, "runs": _READ},
    "deployment_steps": {
        "registry": _WRITE,
        "objects": _GET_VERSION,
        "notes of deployments": {"s3:GetObject", "s3:PutObject"},
        "bucket": _LIST,
    },
    "registration_steps": {
        "runs": _WRITE,
        "registry": _WRITE,
        "objects": _GET_VERSION,
        "content": {"s3:GetObject", "s3:PutObject"},
        "registrations": {"s3:GetObject", "s3:PutObject"},
        "bucket": _LIST,
    },
    "page": {},
    "notifications": {
        "registry": {"dynamodb:GetItem", "dynamodb:PutItem"},
        "mail": {"sns:Publish"},
        "queue": _QUEUE,
    },
    "relay": {
        "registry": {"dynamodb:DeleteItem"},
        "bus": {"events:PutEvents"},
        "stream": _STREAM,
        "queue": _QUEUE,
        "*": {"dynamodb:ListStreams"},
    },
    "sweep": {
        "registry": _WRITE | {"dynamodb:DeleteItem"},
        "runs": _WRITE - {"dynamodb:BatchGetItem"} | {"dynamodb:DeleteItem"},
        "objects": {"s3:PutObject"} | _GET_VERSION,
        "bus": {"events:PutEvents"},
        "queue": _QUEUE,
        "approval": {"states:StartExecution"},
        "approval executions": {"states:DescribeExecution"},
        "deployment": {"states:StartExecution"},
        "deployment executions": {"states:DescribeExecution"},
        "registration": {"states:StartExecution"},
        "registration executions": {"states:DescribeExecution"},
        "anchors": {"s3:PutObject"},
        "bucket": _LIST,
        "*": {"states:SendTaskSuccess"},
    },
}
"""What each function may do, besides writing its own log and sending traces."""

_TRAILS = {
    f"{verb}_{scope}audit{end}"
    for scope in ("", "project_", "installation_")
    for verb, end in (("list", ""), ("get", "_head"))
}
CALLS: dict[Role, set[str]] = {
    Role.DATA_SCIENTIST: {r.name for r in ROUTES if r.path.startswith("/v1/")}
    | {"invoke", "cancel_promotion"},
    Role.APPROVER: {"verify_version", "decide", "delegate", "cancel_promotion"},
    Role.DEPLOYER: {"verify_version", "rollback", "invoke"},
    Role.AUDITOR: {"verify_version", *_TRAILS},
    Role.ADMIN: {r.name for r in ROUTES if r.path.startswith("/admin/")}
    | {"check_policy", "backtest_policy", *_TRAILS},
}
"""What each duty may call, besides reading /v1/projects/ and managing its own tokens."""
_OWN_TOKENS = {"create_token", "list_tokens", "revoke_token"}


def test_each_function_may_do_what_it_needs_and_no_more(assembly: Assembly) -> None:
    assert _granted(assembly) == GRANTS


def test_nothing_is_granted_by_a_wildcard_action(assembly: Assembly) -> None:
    for _, statement in assembly.statements():
        assert "NotAction" not in statement
        assert not [action for action in listed(statement["Action"]) if "*" in action]


def test_all_resources_are_named_but_where_there_is_none_to_name(assembly: Assembly) -> None:
    without_resource = set().union(*_NO_RESOURCE.values())
    for _, statement in assembly.statements():
        assert "NotResource" not in statement
        if "*" in listed(statement["Resource"]):
            assert set(listed(statement["Action"])) <= without_resource


def test_nobody_may_scan_read_histories_or_administer(assembly: Assembly) -> None:
    actions = {action for _, statement in assembly.statements() for action in listed(statement["Action"])}
    assert "dynamodb:Scan" not in actions
    assert "states:GetExecutionHistory" not in actions
    assert not [action for action in actions if action.startswith(("iam:", "kms:", "lambda:Update"))]


def test_who_writes_the_registry_cannot_alter_the_audit_trail(assembly: Assembly) -> None:
    changes = {"dynamodb:UpdateItem", "dynamodb:DeleteItem"}
    assert _denied(assembly, changes, "P#*#AUD#*") == _allowed(assembly, changes) != set()


def test_callbacks_are_read_by_the_deciding_functions_alone(assembly: Assembly) -> None:
    functions = assembly.functions()
    some_keys = {target(functions["tokens"]["Role"])}
    single = {target(functions[folder]["Role"]) for folder in ("serving", "notifications")}
    readers = _allowed(assembly, {"dynamodb:Query"}) - some_keys | single
    deciding = {target(functions[f]["Role"]) for f in ("approvals", "console_decisions", "sweep")}
    reads = {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"}
    sending = target(functions["webhooks"]["Role"])
    assert _denied(assembly, reads, "P#*#TOKEN#*") == readers - deciding - {sending}


def test_secrets_of_webhooks_are_read_by_the_function_that_sends_alone(assembly: Assembly) -> None:
    functions = assembly.functions()
    some_keys = {target(functions[folder]["Role"]) for folder in ("tracking", "authorizer", "tokens")}
    readers = _allowed(assembly, {"dynamodb:GetItem", "dynamodb:Query"}) - some_keys
    reads = {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"}
    sending = target(functions["webhooks"]["Role"])
    assert _denied(assembly, reads, "P#*#HOOKSECRET#*") == readers - {sending}


def _registry_statements(assembly: Assembly) -> Iterator[tuple[str, dict[str, Any]]]:
    registry = target(assembly.functions()["audit"]["Environment"]["Variables"]["LINEAL_REGISTRY_TABLE"])
    for role, statement in assembly.statements():
        if f"<{registry}.Arn>" in map(text, listed(statement["Resource"])):
            yield role, statement


def _denied(assembly: Assembly, actions: set[str], keys: str) -> set[str]:
    condition = {"ForAnyValue:StringLike": {"dynamodb:LeadingKeys": [keys]}}
    return {
        role
        for role, statement in _registry_statements(assembly)
        if statement["Effect"] == "Deny"
        and set(listed(statement["Action"])) == actions
        and statement["Condition"] == condition
    }


def _allowed(assembly: Assembly, actions: set[str]) -> set[str]:
    return {
        role
        for role, statement in _registry_statements(assembly)
        if statement["Effect"] == "Allow" and actions & set(listed(statement["Action"]))
    }


@pytest.mark.parametrize(
    ("folder", "action", "keys"),
    [
        ("tracking", "dynamodb:GetItem", ["P#*#QUOTA"]),
        ("tracking", "dynamodb:GetItem", _ADMISSION),
        ("authorizer", "dynamodb:GetItem", [*_BEARERS, "PEOPLE"]),
        ("tokens", "dynamodb:GetItem", [*_ADMISSION, *_BEARERS, "P#*#TRAIL", "SECRET"]),
        ("tokens", "dynamodb:Query", _BEARERS),
        ("tokens", "dynamodb:PutItem", [*_BEARERS, "P#*#TRAIL", "P#*#AUD#*", "WORK#ANCHORS", "SECRET"]),
        ("relay", "dynamodb:DeleteItem", ["OUT#*"]),
        ("notifications", "dynamodb:PutItem", ["MAIL#*"]),
        ("webhooks", "dynamodb:GetItem", ["P#*#HOOKS", "P#*#HOOKSECRET#*", "P#*#MODELS", "P#*#V#*"]),
        ("sweep", "dynamodb:DeleteItem", ["OUT#*", "WORK#*"]),
    ],
)
def test_some_reach_only_some_partitions(assembly: Assembly, folder, action, keys) -> None:
    role = target(assembly.functions()[folder]["Role"])
    conditions = [
        statement.get("Condition")
        for owner, statement in _registry_statements(assembly)
        if owner == role and statement["Effect"] == "Allow" and action in listed(statement["Action"])
    ]
    assert {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": keys}} in conditions
    assert None not in conditions


def test_a_function_is_told_of_what_it_may_use(assembly: Assembly) -> None:
    needs = {
        "runs": "runs_table",
        "registry": "registry_table",
        "bucket": "artifacts_bucket",
        "bus": "bus_name",
        "approval": "approval_workflow_arn",
        "deployment": "deployment_workflow_arn",
        "registration": "registration_workflow_arn",
    }
    for folder, function in assembly.functions().items():
        variables = function["Environment"]["Variables"]
        expected = Settings(**{setting: "x" for kind, setting in needs.items() if kind in GRANTS[folder]})
        if folder == "webhooks":
            expected = expected.model_copy(update={"webhook_queue_url": "x"})
        if folder == "mlflow":
            expected = expected.model_copy(update={"webhook_function": "x"})
        if folder == "notifications":
            expected = expected.model_copy(update={"mail_topic_arn": "x"})
        if folder in {"registry", "approval_steps", "notifications", "sweep"}:
            expected = expected.model_copy(update={"api_url": "x"})
        names = {name for name in variables if name.startswith("LINEAL_")}
        assert names - _NO_RESOURCES == set(expected.to_env())
        assert variables["POWERTOOLS_SERVICE_NAME"] == folder


@pytest.mark.parametrize("duty", list(Role))
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_each_duty_may_call_its_own_routes_and_no_others(cloud: Assembly, duty: Role, route: Route) -> None:
    reads = route.method == "GET" and route.path.startswith("/v1/projects/")
    expected = reads or route.name in CALLS[duty] | _OWN_TOKENS
    assert _may_call(cloud, duty, route.method, route.path) == allows(duty, route) == expected


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_those_who_only_look_may_search_through_mlflow_and_change_nothing(
    cloud: Assembly, endpoint: Endpoint
) -> None:
    for path in (f"/mlflow/{{project}}/{path}" for path in endpoint.paths):
        for duty in Role:
            reads = endpoint.method == "GET" or endpoint.reads
            allowed = reads or duty is Role.DATA_SCIENTIST
            assert _may_call(cloud, duty, endpoint.method, path) == allowed


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/approvals/v1/projects/decisions"),
        ("POST", "/deployments/v1/projects/rollbacks"),
        ("PUT", "/admin/v1/projects/policy"),
    ],
)
def test_names_that_look_like_another_root_open_nothing(cloud: Assembly, method: str, path: str) -> None:
    assert not _may_call(cloud, Role.DATA_SCIENTIST, method, path)


def test_an_approver_may_start_the_workflow_that_decides_and_nobody_may_start_another(
    assembly: Assembly,
) -> None:
    outputs = assembly.template["Outputs"]
    for duty in Role:
        policy = assembly.resource(outputs[f"{duty}PolicyArn"]["Value"])["Properties"]["PolicyDocument"]
        may = {
            action: listed(statement["Resource"])
            for statement in policy["Statement"]
            for action in listed(statement["Action"])
            if action.startswith("states:")
        }
        assert set(may) == (
            {"states:StartExecution", "states:DescribeExecution"} if duty is Role.APPROVER else set()
        )
        assert may.get("states:StartExecution", []) == [outputs["DecideWorkflowArn"]["Value"]] * bool(may)


@pytest.mark.parametrize("duty", list(Role))
@pytest.mark.parametrize("target_name", list(TargetName))
def test_callers_reach_the_staged_files_of_their_project_and_no_others(
    request: pytest.FixtureRequest, target_name: TargetName, duty: Role
) -> None:
    assembly: Assembly = request.getfixturevalue(target_name)
    names = _resource_names(assembly)
    policy = assembly.resource(assembly.template["Outputs"][f"{duty}PolicyArn"]["Value"])["Properties"]
    reached = [
        (names[text(resource)], set(listed(s["Action"])), s.get("Condition"))
        for s in policy["PolicyDocument"]["Statement"]
        for resource in listed(s["Resource"])
        if listed(s["Action"])[0].startswith("s3:")
    ]
    changes = {"s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"}
    reads = {"s3:GetObject", "s3:GetObjectVersion"}
    may = reads | (changes if duty is Role.DATA_SCIENTIST else set())
    untagged = {"Null": {"aws:PrincipalTag/lineal-project": "true"}}
    own = "projects/${aws:PrincipalTag/lineal-project}/mlflow/*"
    everywhere = [
        ("staged", may, untagged),
        ("bucket", {"s3:ListBucket"}, untagged | {"StringLike": {"s3:prefix": ["projects/*/mlflow/*"]}}),
    ]
    assert reached == [
        ("staged of the tagged", may, None),
        ("bucket", {"s3:ListBucket"}, {"StringLike": {"s3:prefix": [own]}}),
        *(everywhere if target_name is TargetName.LOCAL else []),
    ]


def test_callers_sessions_are_named_after_them(assembly: Assembly) -> None:
    for duty in Role:
        users, *services = _role(assembly, duty)["AssumeRolePolicyDocument"]["Statement"]
        assert users["Condition"] == {"StringEquals": {"sts:RoleSessionName": "${aws:username}"}}
        assert "AWS" in users["Principal"]
        assert [s["Principal"] for s in services] == (
            [{"Service": "sagemaker.amazonaws.com"}] if duty is Role.DATA_SCIENTIST else []
        )
        assert all("aws:SourceAccount" in s["Condition"]["StringEquals"] for s in services)


def test_roles_of_functions_and_machines_are_assumed_by_their_service_only(assembly: Assembly) -> None:
    callers = {target(assembly.template["Outputs"][f"{duty}RoleArn"]["Value"]) for duty in Role}
    services = set()
    for name, role in assembly.of_type("AWS::IAM::Role").items():
        if name not in callers:
            (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
            services.add(statement["Principal"]["Service"])
    assert services == {"lambda.amazonaws.com", "states.amazonaws.com", "events.amazonaws.com"}


def _granted(assembly: Assembly) -> dict[str, dict[str, set[str]]]:
    names = _resource_names(assembly)
    roles = {target(function["Role"]): folder for folder, function in assembly.functions().items()}
    granted: dict[str, dict[str, set[str]]] = {folder: defaultdict(set) for folder in roles.values()}
    for role, statement in assembly.statements():
        if role not in roles or statement["Effect"] == "Deny":
            continue
        for resource in map(text, listed(statement["Resource"])):
            actions = {a for a in listed(statement["Action"]) if not a.startswith(("xray:", "logs:"))}
            if actions:
                granted[roles[role]][names.get(resource, resource)] |= actions
    return {folder: dict(granted[folder]) for folder in assembly.functions()}


_NAMED_BELOW = {
    "LINEAL_API_URL", "LINEAL_SIGNING_KEY", "LINEAL_MAIL_TOPIC_ARN", "LINEAL_WEBHOOK_QUEUE_URL",
    "LINEAL_WEBHOOK_FUNCTION",
}  # fmt: skip
_EXECUTIONS = "arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution"


def _resource_names(assembly: Assembly) -> dict[str, str]:
    variables: dict[str, Any] = {}
    for function in assembly.functions().values():
        variables |= function["Environment"]["Variables"]
    runs, registry, bucket, bus, approval, deployment, registration = (
        target(variables[name])
        for name in Settings(**dict.fromkeys(Settings.model_fields, "x")).to_env()
        if name not in _NO_RESOURCES | _NAMED_BELOW
    )
    notices = target(variables["LINEAL_WEBHOOK_QUEUE_URL"])
    return {
        f"<{runs}.Arn>": "runs",
        f"<{registry}.Arn>": "registry",
        f"<{registry}.StreamArn>": "stream",
        f"<{bucket}.Arn>": "bucket",
        f"<{bucket}.Arn>/projects/*": "objects",
        f"<{bucket}.Arn>/projects/*/mlflow/*": "staged",
        f"<{bucket}.Arn>/projects/${{aws:PrincipalTag/lineal-project}}/mlflow/*": "staged of the tagged",
        f"<{bucket}.Arn>/projects/*/objects/*": "content",
        f"<{bucket}.Arn>/registrations/*": "registrations",
        f"<{bucket}.Arn>/deployments/*": "notes of deployments",
        f"<{bucket}.Arn>/anchors/*": "anchors",
        f"<{bus}.Arn>": "bus",
        f"<{approval}>": "approval",
        f"<{registration}>": "registration",
        f"<{target(assembly.template['Outputs']['MailTopicArn']['Value'])}>": "mail",
        f"{_EXECUTIONS}:<{approval}.Name>:*": "approval executions",
        f"{_EXECUTIONS}:<{registration}.Name>:*": "registration executions",
        f"<{deployment}>": "deployment",
        f"{_EXECUTIONS}:<{deployment}.Name>:*": "deployment executions",
        **{f"<{queue}.Arn>": "queue" for queue in assembly.of_type("AWS::SQS::Queue")},
        f"<{notices}.Arn>": "notices",
        f"<{assembly.function_ids()['webhooks']}.Arn>": "webhooks",
    }


def _may_call(assembly: Assembly, duty: Role, method: str, path: str) -> bool:
    policy = assembly.resource(assembly.template["Outputs"][f"{duty}PolicyArn"]["Value"])["Properties"]
    (statement,) = (
        s for s in policy["PolicyDocument"]["Statement"] if listed(s["Action"]) == ["execute-api:Invoke"]
    )
    (api,) = assembly.of_type("AWS::ApiGatewayV2::Api")
    stage = f"arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<{api}>/$default"
    called = f"{stage}/{method}{path}"
    return any(matches(text(resource), called) for resource in listed(statement["Resource"]))


def _role(assembly: Assembly, duty: Role) -> dict[str, Any]:
    role = assembly.resource(assembly.template["Outputs"][f"{duty}RoleArn"]["Value"])["Properties"]
    (policy,) = role["ManagedPolicyArns"]
    assert policy == assembly.template["Outputs"][f"{duty}PolicyArn"]["Value"]
    return dict(role)
