"""Every key of both tables, once. A project begins each key that belongs to one.

runs table
    P#<project>#X                     X#<experiment id>          experiment
    P#<project>#X                     N#<digest of name>         whose a name is that was given later
    P#<project>#X#<experiment>#<sh>   R#<run id>                 run, on one of 16 shards
    P#<project>#M#<run id>            RUN                        where the run item is
    P#<project>#M#<run id>            C#<writer>#<seq>           metric chunk
    P#<project>#M#<run id>            IO#A#<name>, IO#D#<…>      artifacts and datasets
    P#<project>#M#<run id>            IO#S#<writer>              metrics the run item has no room for
    P#<project>#M#<run id>            IO#C                       patch and packages, compressed
    P#<project>#M#<run id>            IO#T#<attempt id>          attempts after the first
    P#<project>#M#<run id>            IO#L#<direction>#<model>   logged models that it used or made
    P#<project>#M#<run id>            K#<run id>                 where a child's run item is
    P#<project>#M#<run id>            L#<begins>#<writer>#<seq>  log chunk
    P#<project>#L                     <model id>                 logged model
    P#<project>#B#<digest>            OBJECT                     stored object
    P#<project>#B#<digest>            UPLOAD                     its multipart upload, while it is open
    P#<project>#U                     <limit>, <limit>#<window>  what was used of a quota
    SECRET                            PAGES                      what page tokens are sealed with

registry table
    P#<project>#MODELS                <model>                    head
    P#<project>#V#<model>             <version, six digits>      version
    P#<project>#N#<model>             S#<semantic version>       which version it is
    P#<project>#N#<model>             C#<commit>#<version>       which version was made from it
    P#<project>#CARD#<model>          <version>#<revision>       revision of a model card
    P#<project>#SIG#<model>           <version, six digits>      signature of its manifest
    P#<project>#REG#<request id>      REG                        what a registration made
    P#<project>#REQ                   <approval id>              approval
    P#<project>#TOKEN#<approval id>   TOKEN                      callback of a waiting execution
    P#<project>#E                     <endpoint>                 endpoint
    P#<project>#D#<endpoint>          <deployment id>            deployment
    P#<project>#AUD#<model>           <sequence, ten digits>     audit record
    P#<project>#AUD#                  <sequence, ten digits>     the same of the project; P##AUD# of people
    P#<project>#TRAIL                 HEAD                       where the project's trail ends
    P#<project>#POLICY                CURRENT, <digest>          promotion rules
    P#<project>#QUOTA                 QUOTA                      what the project may use
    P#<project>#MEMBERS               <person id>                a person's roles in the project
    P#<project>#BEARERS               <token id>                 bearer token
    OUT#<shard>                       <event id>                 outbox
    WORK#APPROVALS                    <approval id>#<project>    approvals to look after
    WORK#DEPLOYMENTS                  <approval id>#<project>    deployments to look after
    WORK#ANCHORS                      <model>#<project>          audit chains to anchor
    PEOPLE                            <person id>                person
    IDENTITY#<principal>              PERSON                     whose identity it is
    PROJECTS                          <project>                  project
    BEARER#<digest>                   TOKEN                      which token has this secret
"""

import hashlib
from typing import TYPE_CHECKING

from functions.tables import OUTBOX_PREFIX, OUTBOX_SHARDS, RUNS, WORK_PREFIX

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

RUN_SHARDS = 16
Key = dict[str, "AttributeValueTypeDef"]


def key(partition: str, sort: str) -> Key:
    """Return a primary key; both tables name its attributes alike."""
    return {RUNS.partition_key: {"S": partition}, RUNS.sort_key: {"S": sort}}


def experiments(project: str) -> str:
    """Return the partition of a project's experiments."""
    return f"P#{project}#X"


EXPERIMENTS = "X#"


def experiment(project: str, experiment_id: str) -> Key:
    """Return the key of an experiment."""
    return key(experiments(project), f"{EXPERIMENTS}{experiment_id}")


def experiment_name(project: str, name: str) -> Key:
    """Return the key of a name that an experiment was given later; by digest, since names can be long."""
    return key(experiments(project), f"N#{hashlib.sha256(name.encode()).hexdigest()}")


def run_shard(project: str, experiment_id: str, shard: int) -> str:
    """Return one partition of an experiment's runs."""
    return f"P#{project}#X#{experiment_id}#{shard:x}"


def run(project: str, experiment_id: str, run_id: str) -> Key:
    """Return the key of a run; its last random digit chooses the shard."""
    return key(run_shard(project, experiment_id, int(run_id[-1], 16) % RUN_SHARDS), f"R#{run_id}")


def run_parts(project: str, run_id: str) -> str:
    """Return the partition of what belongs to a run."""
    return f"P#{project}#M#{run_id}"


def run_pointer(project: str, run_id: str) -> Key:
    """Return the key that leads from a run id to its run item."""
    return key(run_parts(project, run_id), "RUN")


CHUNKS = "C#"


def chunk(project: str, run_id: str, writer: str, seq: int) -> Key:
    """Return the key of a metric chunk."""
    return key(run_parts(project, run_id), f"{CHUNKS}{writer}#{seq:016d}")


LOGS = "L#"


def logs_from(millis: int) -> str:
    """Return where a run's log chunks of a time and later begin."""
    return f"{LOGS}{millis:015d}"


def log_chunk(project: str, run_id: str, begins: int, writer: str, seq: int) -> Key:
    """Return the key of a chunk of log lines; chunks of all writers sort by time."""
    return key(run_parts(project, run_id), f"{logs_from(begins)}#{writer}#{seq:016d}")


INPUTS_AND_OUTPUTS = "IO#"
CAPTURED = f"{INPUTS_AND_OUTPUTS}C"


def more_metrics(project: str, run_id: str, writer: str) -> Key:
    """Return the key of a writer's metrics at a glance that the run item has no room for."""
    return key(run_parts(project, run_id), f"{INPUTS_AND_OUTPUTS}S#{writer}")


def artifact(project: str, run_id: str, name: str) -> Key:
    """Return the key of a run's artifact."""
    return key(run_parts(project, run_id), f"{INPUTS_AND_OUTPUTS}A#{name}")


def dataset(project: str, run_id: str, context: str, name: str, digest: str) -> Key:
    """Return the key of a run's dataset."""
    return key(run_parts(project, run_id), f"{INPUTS_AND_OUTPUTS}D#{context}#{digest}#{name}")


def attempt(project: str, run_id: str, attempt_id: str) -> Key:
    """Return the key of an attempt to go on with a run; their ids sort by time."""
    return key(run_parts(project, run_id), f"{INPUTS_AND_OUTPUTS}T#{attempt_id}")


def model_link(project: str, run_id: str, direction: str, model_id: str) -> Key:
    """Return the key of a logged model that a run used or made."""
    return key(run_parts(project, run_id), f"{INPUTS_AND_OUTPUTS}L#{direction}#{model_id}")


def logged_models(project: str) -> str:
    """Return the partition of a project's logged models; their ids sort by time."""
    return f"P#{project}#L"


def logged_model(project: str, model_id: str) -> Key:
    """Return the key of a logged model."""
    return key(logged_models(project), model_id)


CHILDREN = "K#"


def child(project: str, parent_run_id: str, run_id: str) -> Key:
    """Return the key that leads from a run to one of its children."""
    return key(run_parts(project, parent_run_id), f"{CHILDREN}{run_id}")


def captured(project: str, run_id: str) -> Key:
    """Return the key of the large part of what was captured of a run."""
    return key(run_parts(project, run_id), CAPTURED)


def page_secret() -> Key:
    """Return the key of what page tokens are sealed with."""
    return key("SECRET", "PAGES")


def stored_object(project: str, digest: str) -> Key:
    """Return the key of a content address."""
    return key(f"P#{project}#B#{digest}", "OBJECT")


def open_upload(project: str, digest: str) -> Key:
    """Return the key of the multipart upload of a content address."""
    return key(f"P#{project}#B#{digest}", "UPLOAD")


def quota(project: str) -> Key:
    """Return the key of a project's quota."""
    return key(f"P#{project}#QUOTA", "QUOTA")


def used(project: str, limit: str, window: int | None) -> Key:
    """Return the key of the counter of a limit, in one of its windows if it is a rate."""
    return key(f"P#{project}#U", limit if window is None else f"{limit}#{window:010d}")


def models(project: str) -> str:
    """Return the partition of a project's model heads."""
    return f"P#{project}#MODELS"


def versions(project: str, model: str) -> str:
    """Return the partition of a model's versions."""
    return f"P#{project}#V#{model}"


def version(project: str, model: str, number: int) -> Key:
    """Return the key of a version."""
    return key(versions(project, model), f"{number:06d}")


def names(project: str, model: str) -> str:
    """Return the partition of the other names of a model's versions."""
    return f"P#{project}#N#{model}"


def semver(project: str, model: str, name: str) -> Key:
    """Return the key of a semantic version."""
    return key(names(project, model), f"S#{name}")


def commit_prefix(commit: str) -> str:
    """Return how the sort keys of a commit's versions begin; a part of the commit will do."""
    return f"C#{commit}"


def commit(project: str, model: str, commit: str, number: int) -> Key:
    """Return the key that leads from a commit to a version."""
    return key(names(project, model), f"{commit_prefix(commit)}#{number:06d}")


def card(project: str, model: str, number: int, revision: int) -> Key:
    """Return the key of a revision of a version's card."""
    return key(f"P#{project}#CARD#{model}", f"{number:06d}#{revision:06d}")


def signature(project: str, model: str, number: int) -> Key:
    """Return the key of a version's signature."""
    return key(f"P#{project}#SIG#{model}", f"{number:06d}")


def registration(project: str, request_id: str) -> Key:
    """Return the key of a registration request."""
    return key(f"P#{project}#REG#{request_id}", "REG")


def approvals(project: str) -> str:
    """Return the partition of a project's approvals; their ids sort by time."""
    return f"P#{project}#REQ"


def task_token(project: str, approval_id: str) -> Key:
    """Return the key of a waiting execution's callback, which only the deciding function may read."""
    return key(f"P#{project}#TOKEN#{approval_id}", "TOKEN")


def endpoints(project: str) -> str:
    """Return the partition of a project's endpoints."""
    return f"P#{project}#E"


def deployments(project: str, endpoint: str) -> str:
    """Return the partition of an endpoint's deployments; their ids sort by time."""
    return f"P#{project}#D#{endpoint}"


def audit_chain(project: str, model: str = "") -> str:
    """Return the partition of an audit trail, which no function may update or delete.

    Without a model it is the project's, and without a project the installation's.
    """
    return f"P#{project}#AUD#{model}"


def audit_sort(sequence: int) -> str:
    """Return the sort key of an audit record."""
    return f"{sequence:010d}"


def policy(project: str, digest: str | None = None) -> Key:
    """Return the key of the rules in force, or of the rules with a digest."""
    return key(f"P#{project}#POLICY", digest or "CURRENT")


def outbox_shards() -> list[str]:
    """Return the partitions of the outbox."""
    return [f"{OUTBOX_PREFIX}{shard}" for shard in range(OUTBOX_SHARDS)]


def outbox(event_id: str) -> Key:
    """Return the key of an event that waits for the bus."""
    return key(f"{OUTBOX_PREFIX}{int(event_id[-1], 16) % OUTBOX_SHARDS}", event_id)


OPEN_APPROVALS = f"{WORK_PREFIX}APPROVALS"


def open_approval(project: str, approval_id: str) -> Key:
    """Return the key under which an approval is looked after until it is closed."""
    return key(OPEN_APPROVALS, f"{approval_id}#{project}")


OPEN_DEPLOYMENTS = f"{WORK_PREFIX}DEPLOYMENTS"


def open_deployment(project: str, approval_id: str) -> Key:
    """Return the key under which an applied approval is looked after until its deployment has ended."""
    return key(OPEN_DEPLOYMENTS, f"{approval_id}#{project}")


UNANCHORED = f"{WORK_PREFIX}ANCHORS"


def trail(project: str) -> Key:
    """Return the key of where a project's trail ends, or the installation's."""
    return key(f"P#{project}#TRAIL", "HEAD")


def unanchored(project: str, model: str = "") -> Key:
    """Return the key under which a grown audit chain waits for its anchor."""
    return key(UNANCHORED, f"{model}#{project}")


PEOPLE = "PEOPLE"


def person(person_id: str) -> Key:
    """Return the key of a person."""
    return key(PEOPLE, person_id)


def identity(principal: str) -> Key:
    """Return the key of an identity."""
    return key(f"IDENTITY#{principal}", "PERSON")


PROJECTS = "PROJECTS"


def project(name: str) -> Key:
    """Return the key of a project."""
    return key(PROJECTS, name)


def members(project: str) -> str:
    """Return the partition of a project's members."""
    return f"P#{project}#MEMBERS"


def member(project: str, person_id: str) -> Key:
    """Return the key of a person's roles in a project."""
    return key(members(project), person_id)


def tokens(project: str) -> str:
    """Return the partition of a project's bearer tokens; their ids sort by time."""
    return f"P#{project}#BEARERS"


def token_secret(digest: str) -> Key:
    """Return the key that leads from the digest of a secret to its token."""
    return key(f"BEARER#{digest}", "TOKEN")
