"""The keys of the registry table.

P#<project>#MODELS                <model>                    head
P#<project>#V#<model>             <version, six digits>      version
P#<project>#N#<model>             S#<semantic version>       which version it is
P#<project>#N#<model>             C#<commit>#<version>       which version was made from it
P#<project>#CARD#<model>          <version>#<revision>       revision of a model card
P#<project>#SIG#<model>           <version, six digits>      signature of its manifest
P#<project>#REG#<request id>      REG                        what a registration made
P#<project>#REG#<request id>      SAID                       that a request is done, and what it made
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
P#<project>#HOOKS                 <webhook id>               webhook
P#<project>#HOOKSECRET#<id>       SECRET                     what its deliveries are signed with
OUT#<shard>                       <event id>                 outbox
WORK#APPROVALS                    <approval id>#<project>    approvals to look after
WORK#DEPLOYMENTS                  <approval id>#<project>    deployments to look after
WORK#ANCHORS                      <model>#<project>          audit chains to anchor
MAIL#<event id>                   TOLD                       whether people were told of an event
PEOPLE                            <person id>                person
IDENTITY#<principal>              PERSON                     whose identity it is
PROJECTS                          <project>                  project
BEARER#<digest>                   TOKEN                      which token has this secret
"""

from functions.adapters.keys.key import Key, key
from functions.tables import MAIL_PREFIX, OUTBOX_PREFIX, OUTBOX_SHARDS, WORK_PREFIX


def quota(project: str) -> Key:
    """Return the key of a project's quota."""
    return key(f"P#{project}#QUOTA", "QUOTA")


def told(event_id: str) -> Key:
    """Return the key of what is known of an event's mail."""
    return key(f"{MAIL_PREFIX}{event_id}", "TOLD")


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


def said(project: str, request_id: str) -> Key:
    """Return the key of what is known of a request that is done once."""
    return key(f"P#{project}#REG#{request_id}", "SAID")


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


OPEN_REGISTRATIONS = f"{WORK_PREFIX}REGISTRATIONS"


def pending(project: str, registration_id: str) -> Key:
    """Return the key of what is known of a version while it is hashed."""
    return key(f"P#{project}#PENDING", registration_id)


def open_registration(project: str, registration_id: str) -> Key:
    """Return the key under which a pending version is looked after until it is complete."""
    return key(OPEN_REGISTRATIONS, f"{registration_id}#{project}")


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


def webhooks(project: str) -> str:
    """Return the partition of a project's webhooks; their ids sort by time."""
    return f"P#{project}#HOOKS"


def webhook_secret(project: str, webhook_id: str) -> Key:
    """Return the key of a webhook's secret, which only the function that sends may read."""
    return key(f"P#{project}#HOOKSECRET#{webhook_id}", "SECRET")
