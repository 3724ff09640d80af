"""The package for tests: the build script, run as a person runs it, here or on a small project."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "build_lambda_package.sh"
ARCHITECTURE = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
PYTHON_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"

HANDLER = '"""The edge."""\n\n\ndef lambda_handler(event, context):\n    return event\n'


def listed_in_script(name: str) -> list[str]:
    """The words of one of the script's lists."""
    found = re.search(rf"^{name}=\((.*?)\)", SCRIPT.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert found is not None, name
    return found[1].split()


@dataclass
class Project:
    """A project small enough to be packed in a second, without a network."""

    root: Path
    called_from: Path = field(init=False)

    def __post_init__(self) -> None:
        self.called_from = self.root
        shutil.copy(SCRIPT, self.root)
        for package in ("agent", "tools", "local", "tests"):
            self.write(f"{package}/__init__.py", '"""A package."""\n')
        self.write("lambda_handler.py", HANDLER)
        self.write("requirements.txt", "")
        (self.root / "wheels").mkdir()

    def write(self, path: str, content: str | bytes) -> None:
        """A file of the project."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())

    def require_wheel(self, name: str, files: Mapping[str, str]) -> None:
        """Pin version 1 of a library with these files, as requirements.txt pins the real ones."""
        information = f"{name}-1.dist-info"
        content = {
            **files,
            f"{information}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n\nA long story.\n",
            f"{information}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{information}/entry_points.txt": f"[demonstration]\nthing = {name}:thing\n",
        }
        record = "".join(f"{path},,\n" for path in [*content, f"{information}/RECORD"])
        wheel = self.root / "wheels" / f"{name}-1-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            for path, text in {**content, f"{information}/RECORD": record}.items():
                archive.writestr(path, text)
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        with open(self.root / "requirements.txt", "a", encoding="utf-8") as requirements:
            requirements.write(f"{name}==1 --hash=sha256:{digest}\n")

    def build(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """What the script does with this project, for the machine and the Python that run the tests."""
        environment = {
            **os.environ,
            "LAMBDA_ARCH": ARCHITECTURE,
            "LAMBDA_PYTHON": PYTHON_VERSION,
            "PYTHON": sys.executable,
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.root / "wheels"),
            **variables,
        }
        script = self.root / SCRIPT.name
        return subprocess.run(
            [script, *arguments], capture_output=True, text=True, env=environment, cwd=self.called_from
        )

    def packed(self) -> dict[str, bytes]:
        """The files of the package, by name."""
        with zipfile.ZipFile(self.root / "budget-management-agent.zip") as archive:
            return {name: archive.read(name) for name in archive.namelist()}
