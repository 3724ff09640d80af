"""The folders that functions see: their unzipped code and layers, and the runtime beside them."""

import importlib.util
import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from threading import Lock

from local.functions.bootstrap import runtime_client

# awslambdaric and what it imports, then the AWS SDK that Lambda's Python runtimes bring along.
_RUNTIME_MODULES = ("awslambdaric", "simplejson", "snapshot_restore_py")
_SDK_MODULES = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3")


class Folders:
    """Read-only folders of code, unzipped once per content and removed by `remove`."""

    def __init__(self) -> None:
        self._base: Path | None = None
        self._lock = Lock()

    def of_code(self, digest: str, zipped: bytes) -> Path:
        """The folder of a zip with that SHA-256 in hexadecimal. Raises zipfile.BadZipFile."""
        with self._lock:
            folder = self._root() / digest
            if not folder.exists():
                _unzip(zipped, folder)
            return folder

    def of_runtime(self) -> Path:
        """The folder with awslambdaric and the SDK. Raises ModuleNotFoundError if one is not installed."""
        with self._lock:
            folder = self._root() / "runtime"
            if not folder.exists():
                folder.mkdir()
                shutil.copy(str(runtime_client.__file__), folder / "runtime_client.py")
                _link(_RUNTIME_MODULES + _SDK_MODULES, folder)
            return folder

    def remove(self) -> None:
        """Remove everything; later folders are made anew."""
        with self._lock:
            base, self._base = self._base, None
        if base is not None:
            for folder, _, _ in os.walk(base):
                Path(folder).chmod(0o755)
            shutil.rmtree(base)

    def _root(self) -> Path:
        if self._base is None:
            self._base = Path(tempfile.mkdtemp(prefix="embedded-aws-functions-"))
        return self._base


def is_zip(content: bytes) -> bool:
    """Whether the bytes are a zip archive."""
    return zipfile.is_zipfile(io.BytesIO(content))


def _unzip(zipped: bytes, folder: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        archive.extractall(folder)
        for entry in archive.infolist():
            path = folder / entry.filename
            if path.is_file():
                may_run = (entry.external_attr >> 16) & 0o111 or path.suffix == ".so"
                path.chmod(0o555 if may_run else 0o444)
    for parent, _, _ in os.walk(folder, topdown=False):
        Path(parent).chmod(0o555)


def _link(modules: Iterable[str], folder: Path) -> None:
    for name in modules:
        found = importlib.util.find_spec(name)
        if found is None or found.origin is None:
            raise ModuleNotFoundError(f"{name} is not installed; functions cannot run without it", name=name)
        origin = Path(found.origin)
        source = origin.parent if found.submodule_search_locations else origin
        (folder / source.name).symlink_to(source)
