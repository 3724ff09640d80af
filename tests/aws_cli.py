"""The AWS CLI, run within this process: it is the same program, and starting one takes most of a second."""

from __future__ import annotations

import io
import logging
import os
import shlex
import warnings
from collections.abc import Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from awscli.clidriver import create_clidriver

# The program leaves word of its own data in the environment, where the rest of this process would find it.
_ITS_DATA = {"AWS_DATA_PATH": os.environ.pop("AWS_DATA_PATH")}


@dataclass(frozen=True)
class Finished:
    """How a command ended and what it said."""

    status: int
    output: str
    errors: str


def aws(command: str, *more: str, environment: Mapping[str, str], directory: Path) -> Finished:
    """Run an `aws ...` command line, with nothing but this environment, in this directory.

    `more` are further words, that no shell takes apart. Raises AssertionError for another program.
    """
    program, *words = [*shlex.split(command.replace("\\\n", " ")), *more]
    assert program == "aws", command
    before = dict(os.environ)
    output, errors = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
    os.environ.clear()
    os.environ.update({**environment, **_ITS_DATA})
    try:
        with chdir(directory), redirect_stdout(output), redirect_stderr(errors), warnings.catch_warnings():
            # Those of the program are nothing of ours.
            warnings.simplefilter("ignore")
            status = create_clidriver().main(words)
    finally:
        os.environ.clear()
        os.environ.update(before)
        for name in ("awscli", "botocore", "s3transfer"):
            logging.getLogger(name).handlers.clear()
    output.flush()
    assert isinstance(output.buffer, io.BytesIO)
    return Finished(status, output.buffer.getvalue().decode("utf-8"), errors.getvalue())
