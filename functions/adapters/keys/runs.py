"""The keys of the runs table.

P#<project>#X                     X#<experiment id>          experiment
P#<project>#X                     N#<digest of name>         whose a name is that was given later
P#<project>#X                     B#<experiment id>          which blocks its folded runs are in
P#<project>#X                     O#<experiment id>#<digest> block that counted until lately
P#<project>#X                     G#<experiment id>#<run>#…  removed run, which blocks may still have
P#<project>#X#<experiment>#<sh>   R#<run id>                 run, on one of 16 shards
P#<project>#X#<experiment>#<sh>   F#<run id>                 folded run; R#, if it is there, is newer
WORK#FOLDING                      <experiment>#<project>     experiment whose runs are to be folded
P#<project>#M#<run id>            RUN                        where the run item is
P#<project>#M#<run id>            C#<writer>#<seq>           metric chunk
P#<project>#M#<run id>            IO#A#<name>, IO#D#<…>      artifacts and datasets
P#<project>#M#<run id>            IO#S#<writer>              metrics the run item has no room for
P#<project>#M#<run id>            IO#C                       patch and packages, compressed
P#<project>#M#<run id>            IO#T#<attempt id>          attempts after the first
P#<project>#M#<run id>            IO#L#<direction>#<model>   logged models that it used or made
P#<project>#M#<run id>            N#<last id>#<digest>       names of requests that changed it
P#<project>#M#<run id>            K#<run id>                 where a child's run item is
P#<project>#M#<run id>            L#<begins>#<writer>#<seq>  log chunk
P#<project>#L                     <model id>                 logged model
P#<project>#REG#<request id>      SAID                       that an experiment was changed by a request
P#<project>#B#<digest>            OBJECT                     stored object
P#<project>#B#<digest>            UPLOAD                     its multipart upload, while it is open
P#<project>#U                     <limit>, <limit>#<window>  what was used of a quota
SECRET                            PAGES                      what page tokens are sealed with
"""

import hashlib

from functions.adapters.keys.key import Key, key
from functions.tables import WORK_PREFIX

RUN_SHARDS = 16
LIVE, FOLDED = "R#", "F#"


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
    return key(_shard_of(project, experiment_id, run_id), f"{LIVE}{run_id}")


def folded_run(project: str, experiment_id: str, run_id: str) -> Key:
    """Return the key of a run that searches find in blocks."""
    return key(_shard_of(project, experiment_id, run_id), f"{FOLDED}{run_id}")


def _shard_of(project: str, experiment_id: str, run_id: str) -> str:
    return run_shard(project, experiment_id, int(run_id[-1], 16) % RUN_SHARDS)


BLOCKS = "B#"


def blocks(project: str, experiment_id: str) -> Key:
    """Return the key of what says which blocks an experiment has."""
    return key(experiments(project), f"{BLOCKS}{experiment_id}")


RETIRED = "O#"


def retired_block(project: str, experiment_id: str, digest: str) -> Key:
    """Return the key of what keeps a block that counts no more."""
    return key(experiments(project), f"{RETIRED}{experiment_id}#{digest}")


REMOVED = "G#"


def removals(experiment_id: str | None) -> str:
    """Return what the marks of removed runs begin with, of one experiment or of all of the project."""
    return f"{REMOVED}{experiment_id}#" if experiment_id is not None else REMOVED


def removal(project: str, experiment_id: str, run_id: str, mark: str) -> Key:
    """Return the key of the mark of a run that was removed."""
    return key(experiments(project), f"{removals(experiment_id)}{run_id}#{mark}")


FOLDING = f"{WORK_PREFIX}FOLDING"


def folding(project: str, experiment_id: str) -> Key:
    """Return the key of an experiment in the list of those to fold."""
    return key(FOLDING, f"{experiment_id}#{project}")


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


REQUESTS = "N#"


def requests(project: str, run_id: str, last: str, digest: str) -> Key:
    """Return the key of some names of requests; by the last of them, since names sort by time."""
    return key(run_parts(project, run_id), f"{REQUESTS}{last}#{digest}")


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


def used(project: str, limit: str, window: int | None) -> Key:
    """Return the key of the counter of a limit, in one of its windows if it is a rate."""
    return key(f"P#{project}#U", limit if window is None else f"{limit}#{window:010d}")
