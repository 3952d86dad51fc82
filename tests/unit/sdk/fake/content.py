"""Uploads and artifacts, and the object storage behind presigned addresses."""

import base64
import hashlib
import re
from urllib.parse import urlsplit

from lineal.http.transport import FileSlice, Request, Response
from lineal_contract import artifacts, batches, lists
from lineal_contract.digests import content_address
from tests.unit.sdk.fake.state import PARTS_PER_PAGE, PROJECT, STORAGE
from tests.unit.sdk.fake.tracking import Tracking


class Content(Tracking):
    """The routes of content."""

    def _storage(self, request: Request) -> Response:
        if self.faults:
            return Response(self.faults.pop(0))
        _, kind, digest, *number = urlsplit(request.url).path.split("/")
        if request.method == "GET":
            assert request.into is not None
            data = self.objects[digest]
            request.into.restart()
            if ranged := re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers.get("Range", "")):
                data = data[int(ranged[1]) : int(ranged[2]) + 1]
            request.into.write(data)
            return Response(206 if ranged else 200)
        assert isinstance(request.body, FileSlice)
        body = b"".join(bytes(block) for block in request.body.blocks())
        checksum = base64.b64encode(hashlib.sha256(body).digest()).decode()
        if request.headers["x-amz-checksum-sha256"] != checksum:
            return Response(400)
        if kind == "whole" and (digest in self.objects or (digest, 1) in self.parts):
            return Response(412)
        self.parts[digest, int(number[0])] = body
        return Response(200)

    def _begin_upload(self, asked: artifacts.BeginUpload, **_: str) -> artifacts.Upload:
        digest = content_address(asked.part_digests)
        if digest in self.stored:
            return artifacts.Upload(digest=digest, stored=self.stored[digest])
        kind = "part" if len(asked.part_digests) > 1 else "whole"
        # Of an object in one part the server cannot tell before it is ended: storage answers 412 then.
        missing = [
            n for n, _ in enumerate(asked.part_digests, 1) if kind == "whole" or (digest, n) not in self.parts
        ]
        parts = tuple(
            artifacts.PartUpload(
                number=n,
                url=f"{STORAGE}/{kind}/{digest}/{n}",
                headers={"x-amz-checksum-sha256": _base64(asked.part_digests[n - 1])},
            )
            for n in missing[:PARTS_PER_PAGE]
        )
        return artifacts.Upload(digest=digest, missing=len(missing), parts=parts)

    def _complete_upload(
        self, asked: artifacts.CompleteUpload, digest: str, **_: str
    ) -> artifacts.StoredObject:
        numbers = range(1, len(asked.part_digests) + 1)
        if digest not in self.objects:
            self.objects[digest] = b"".join(self.parts[digest, n] for n in numbers)
        data = self.objects[digest]
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (asked.sha256, asked.size)
        return self.stored.setdefault(
            digest,
            artifacts.StoredObject(
                digest=digest, sha256=asked.sha256, size=asked.size,
                bucket="artifacts", key=f"projects/{PROJECT}/{digest}", version_id="v-1",
            ),
        )  # fmt: skip

    def _download(self, digest: str, **_: str) -> artifacts.Download:
        return artifacts.Download(stored=self.stored[digest], url=f"{STORAGE}/get/{digest}")

    def _begin_uploads(self, asked: batches.SmallFiles, **_: str) -> batches.Uploads:
        begun = (artifacts.BeginUpload(size=f.size, part_digests=(f.sha256,)) for f in asked.files)
        return batches.Uploads(uploads=tuple(map(self._begin_upload, begun)))

    def _end_uploads(self, asked: batches.SmallFiles, **_: str) -> batches.EndedUploads:
        stored, missing = [], []
        for file in asked.files:
            digest = content_address((file.sha256,))
            if digest in self.objects or (digest, 1) in self.parts:
                done = artifacts.CompleteUpload(
                    size=file.size, sha256=file.sha256, part_digests=(file.sha256,)
                )
                stored.append(self._complete_upload(done, digest))
            else:
                missing.append(digest)
        return batches.EndedUploads(stored=tuple(stored), missing=tuple(missing))

    def _downloads(self, asked: batches.DownloadQuery, **_: str) -> batches.Downloads:
        return batches.Downloads(items=tuple(map(self._download, asked.digests.split(","))))

    def _log_artifact(self, asked: artifacts.LogArtifact, run_id: str, **_: str) -> artifacts.Artifact:
        document = self.stored[asked.manifest] if asked.manifest else None
        files = tuple(artifacts.ManifestEntry(path=f.path, object=self.stored[f.digest]) for f in asked.files)
        if document is not None:
            files = lists.FileList.model_validate_json(self.objects[document.digest]).entries()
            assert all(entry.object == self.stored[entry.object.digest] for entry in files)
        artifact = artifacts.Artifact(
            name=asked.name,
            digest=files[0].object.digest if len(files) == 1 else artifacts.manifest_digest(files),
            size=sum(f.object.size for f in files),
            files=() if document else files,
            file_count=len(files),
            manifest_object=document,
            kind=asked.kind,
            step=asked.step,
            model=asked.model,
            description=asked.description,
            metadata=asked.metadata,
            created_at=1,
        )
        run = self.runs[run_id]
        self._change(run, artifacts=(*run.artifacts, artifact))
        return artifact


def _base64(digest: str) -> str:
    return base64.b64encode(bytes.fromhex(digest)).decode()
