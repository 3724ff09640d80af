"""The README of the embedded Budgets says what the code does."""

import re
from pathlib import Path

from botocore.session import get_session
from moto.core.utils import camelcase_to_underscores

import local.budgets
from local.budgets.responses import Response

HERE = Path(str(local.budgets.__file__)).parent
ROW = re.compile(r"^\| (\w+) \| (yes|no) \| (.*) \|$", re.MULTILINE)


def test_the_table_of_operations_is_that_of_the_code() -> None:
    rows = {name: built == "yes" for name, built, _ in ROW.findall((HERE / "README.md").read_text())}
    operations = get_session().get_service_model("budgets").operation_names
    code = {name: hasattr(Response, camelcase_to_underscores(name)) for name in operations}
    assert rows == code


def test_every_file_the_table_names_is_there() -> None:
    named = {
        file for *_, files in ROW.findall((HERE / "README.md").read_text()) for file in files.split(", ")
    }
    assert [file for file in named if not (HERE / file.strip("`")).exists()] == []
