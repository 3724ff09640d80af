"""The build script: what it packs, that it packs the same bytes every time, and what it says when it cannot."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import platform
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from tests.package import ARCHITECTURE, PYTHON_VERSION, ROOT, SCRIPT, Project, listed_in_script
from tools.aws import databases, iam, instances, model_permissions, organization, rules_in_s3, rules_in_ssm

OTHER_ARCHITECTURE = "x86_64" if ARCHITECTURE == "arm64" else "arm64"
# Strands builds the client of models itself, and calls the other operation where a setting forbids it to stream.
SERVICES_OF_STRANDS = {"bedrock-runtime"}
OPERATIONS_BY_CHOICE = {"Converse"}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_the_package_holds_the_handler_the_agent_and_the_tools_and_nothing_else(project: Project) -> None:
    done = project.build()
    assert done.returncode == 0, done.stderr
    sources = {name for name in project.packed() if name.endswith(".py")}
    assert sources == {"lambda_handler.py", "agent/__init__.py", "tools/__init__.py"}


def test_data_files_of_tools_and_agent_are_packed(project: Project) -> None:
    project.write("tools/domain/budget_templates/sandbox.yaml", "budget: {}\n")
    project.write("agent/prompts/system.md", "You manage budgets.\n")
    done = project.build()
    assert done.returncode == 0, done.stderr
    assert project.packed()["tools/domain/budget_templates/sandbox.yaml"] == b"budget: {}\n"
    assert project.packed()["agent/prompts/system.md"] == b"You manage budgets.\n"


def test_dependencies_come_without_tests_stubs_and_prose(project: Project) -> None:
    project.require_wheel(
        "useful",
        {
            "useful/__init__.py": "",
            "useful/__init__.pyi": "",
            "useful/py.typed": "",
            "useful/tests/test_useful.py": "",
            "useful/data.json": "{}",
        },
    )
    done = project.build()
    assert done.returncode == 0, done.stderr
    packed = project.packed()
    assert {name for name in packed if name.startswith("useful") and not name.endswith(".pyc")} == {
        "useful/__init__.py",
        "useful/data.json",
        "useful-1.dist-info/METADATA",
        "useful-1.dist-info/entry_points.txt",
    }
    assert packed["useful-1.dist-info/METADATA"] == b"Metadata-Version: 2.1\nName: useful\nVersion: 1\n"


def test_a_package_that_no_path_imports_stays_out_with_its_metadata(project: Project) -> None:
    project.require_wheel("mcp", {"mcp/__init__.py": ""})
    done = project.build()
    assert done.returncode == 0, done.stderr
    assert not [name for name in project.packed() if name.startswith("mcp")]


def test_botocore_keeps_the_data_of_the_services_that_are_called(project: Project) -> None:
    services = [*listed_in_script("AWS_SERVICES"), "sagemaker"]
    project.require_wheel(
        "botocore",
        {
            "botocore/__init__.py": "",
            "botocore/data/endpoints.json": "{}",
            **{f"botocore/data/{each}/2020-01-01/service-2.json": a_model(each) for each in services},
        },
    )
    done = project.build()
    assert done.returncode == 0, done.stderr
    assert {name for name in project.packed() if name.startswith("botocore/data/")} == {
        "botocore/data/endpoints.json",
        *(f"botocore/data/{each}/2020-01-01/service-2.json" for each in services if each != "sagemaker"),
    }


def operations_of(service: str) -> list[str]:
    """Those that the script keeps of a service whose data is large."""
    named = (each.partition(":") for each in listed_in_script("AWS_OPERATIONS"))
    return [operation for name, _, operation in named if name == service]


def a_model(service: str, *more: str) -> str:
    """A service model with the operations that the script keeps, and more; each has a shape of its own."""
    names = [*operations_of(service), *more]
    return json.dumps(
        {
            "documentation": "A long story.",
            "clientContextParams": {"Accelerate": {"documentation": "Long.", "type": "boolean"}},
            "operations": {
                name: {"input": {"shape": name}, "errors": [{"shape": "Trouble"}], "documentation": "Long."}
                for name in names
            },
            "shapes": {
                "Trouble": {"type": "structure", "members": {}, "documentation": "Long."},
                "Text": {"type": "string"},
                "Unreached": {"type": "string"},
                **{
                    name: {
                        "type": "structure",
                        "members": {"documentation": {"shape": "Text", "documentation": "Long."}},
                    }
                    for name in names
                },
            },
        }
    )


def test_of_a_large_service_only_the_called_operations_and_their_shapes_are_packed(project: Project) -> None:
    folder = "botocore/data/ec2"
    project.require_wheel(
        "botocore",
        {
            "botocore/__init__.py": "",
            **{
                f"botocore/data/{each}/2020-01-01/service-2.json": a_model(each)
                for each in listed_in_script("AWS_SERVICES")
                if each != "ec2"
            },
            f"{folder}/2014-01-01/service-2.json": a_model("ec2"),
            f"{folder}/2020-01-01/service-2.json": a_model("ec2", "RunInstances"),
            f"{folder}/2020-01-01/examples-1.json": "{}",
            f"{folder}/2020-01-01/endpoint-rule-set-1.json": "{}",
        },
    )
    done = project.build()
    assert done.returncode == 0, done.stderr
    packed = {name: content for name, content in project.packed().items() if name.startswith(folder)}
    model = f"{folder}/2020-01-01/service-2.json"
    assert set(packed) == {model, f"{folder}/2020-01-01/endpoint-rule-set-1.json"}
    [operation] = operations_of("ec2")
    assert json.loads(packed[model]) == {
        "clientContextParams": {"Accelerate": {"documentation": "", "type": "boolean"}},
        "operations": {operation: {"input": {"shape": operation}, "errors": [{"shape": "Trouble"}]}},
        "shapes": {
            "Trouble": {"type": "structure", "members": {}},
            "Text": {"type": "string"},
            operation: {"type": "structure", "members": {"documentation": {"shape": "Text"}}},
        },
    }


def test_an_operation_that_a_service_does_not_have_is_named(project: Project) -> None:
    services = listed_in_script("AWS_SERVICES")
    models = {f"botocore/data/{each}/2020-01-01/service-2.json": a_model(each) for each in services}
    models["botocore/data/rds/2020-01-01/service-2.json"] = a_model("s3", "CreateDBInstance")
    project.require_wheel("botocore", {"botocore/__init__.py": "", **models})
    done = project.build()
    assert done.returncode != 0
    assert "Error: rds has no operation called DescribeDBInstances" in done.stderr


@pytest.mark.parametrize(
    "module", [databases, iam, instances, model_permissions, organization, rules_in_s3, rules_in_ssm]
)
def test_the_operations_that_are_packed_are_those_that_the_code_calls(module: ModuleType) -> None:
    services = {
        databases: "rds",
        iam: "iam",
        instances: "ec2",
        model_permissions: "bedrock-runtime",
        organization: "organizations",
        rules_in_s3: "s3",
        rules_in_ssm: "ssm",
    }
    packed = set(operations_of(services[module]))
    assert packed - OPERATIONS_BY_CHOICE == module.PERMISSIONS.keys()


def test_a_service_that_botocore_does_not_know_is_named(project: Project) -> None:
    project.require_wheel(
        "botocore", {"botocore/__init__.py": "", "botocore/data/budgets/service-2.json": "{}"}
    )
    done = project.build()
    assert done.returncode != 0
    unknown = sorted({*listed_in_script("AWS_SERVICES")} - {"budgets"})
    assert f"botocore knows no service called {', '.join(unknown)}" in done.stderr


def test_two_builds_give_the_same_bytes(project: Project) -> None:
    digests = []
    for _ in range(2):
        done = project.build()
        assert done.returncode == 0, done.stderr
        digests.append(
            hashlib.sha256((project.root / "budget-management-agent.zip").read_bytes()).hexdigest()
        )
        project.write("lambda_handler.py", (project.root / "lambda_handler.py").read_bytes())
        project.write("tools/__pycache__/left.pyc", b"of another run")
    assert digests[0] == digests[1]
    assert f"sha256 {digests[0]}" in done.stdout


def test_bytecode_is_packed_unchecked_and_knows_where_it_runs(project: Project) -> None:
    assert project.build().returncode == 0
    tag = f"cpython-{PYTHON_VERSION.replace('.', '')}"
    bytecode = project.packed()[f"__pycache__/lambda_handler.{tag}.pyc"]
    assert int.from_bytes(bytecode[4:8], "little") == 0b01
    assert b"/var/task/lambda_handler.py" in bytecode
    assert str(project.root).encode() not in bytecode


def test_without_a_python_of_the_version_it_packs_sources_and_says_so(project: Project) -> None:
    done = project.build("--python", "3.99")
    assert done.returncode == 0, done.stderr
    assert "no Python 3.99 here: packed without bytecode" in done.stderr
    assert "not tried: there is no Python 3.99 here" in done.stdout
    assert not [name for name in project.packed() if name.endswith(".pyc")]


def test_a_package_for_another_machine_is_not_tried_and_says_so(project: Project) -> None:
    done = project.build("--arch", OTHER_ARCHITECTURE)
    assert done.returncode == 0, done.stderr
    assert f"not tried: the package is for Linux on {OTHER_ARCHITECTURE}" in done.stdout


@pytest.mark.skipif(platform.system() != "Linux", reason="only Linux can try a package for Lambda")
def test_a_handler_that_cannot_be_imported_is_not_written(project: Project) -> None:
    project.write("lambda_handler.py", "import local\n")
    done = project.build()
    assert done.returncode != 0
    assert "No module named 'local'" in done.stderr
    assert "Error: the handler cannot be imported from the zip alone" in done.stderr
    assert not (project.root / "budget-management-agent.zip").exists()


def test_a_source_that_does_not_compile_is_named(project: Project) -> None:
    project.write("agent/broken.py", "def\n")
    done = project.build()
    assert done.returncode != 0
    assert "broken.py" in done.stdout + done.stderr
    assert "Error: a file of the package does not compile" in done.stderr


@pytest.mark.parametrize(
    ("content", "what"), [(os.urandom(16_100_000), "zipped"), (bytes(45_100_000), "unzipped")]
)
def test_a_package_that_is_too_large_is_refused(project: Project, content: bytes, what: str) -> None:
    project.write("agent/data.bin", content)
    done = project.build()
    assert done.returncode != 0
    assert "Error: too large: at most 16 MB zipped and 45 MB unzipped" in done.stderr
    assert f"{len(content) / 1e6:.1f} MB {what}" in done.stdout
    assert not (project.root / "budget-management-agent.zip").exists()


def test_a_missing_wheel_is_named_with_its_platform(project: Project) -> None:
    project.write("requirements.txt", f"absent==1 --hash=sha256:{'0' * 64}\n")
    done = project.build("--arch", "arm64", "--python", "3.13")
    assert done.returncode != 0
    assert "Error: there is no wheel of absent==1 for arm64 and Python 3.13" in done.stderr


def test_a_wheel_that_is_not_the_pinned_one_is_refused(project: Project) -> None:
    project.require_wheel("useful", {"useful/__init__.py": ""})
    project.write("requirements.txt", f"useful==1 --hash=sha256:{'0' * 64}\n")
    done = project.build()
    assert done.returncode != 0
    assert "DO NOT MATCH THE HASHES" in done.stderr
    assert "Error: pip could not install requirements.txt" in done.stderr


def test_a_machine_without_python_is_told_what_to_install(project: Project, tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for each in ("bash", "dirname", "env"):
        path = next(Path(folder) / each for folder in ("/bin", "/usr/bin") if (Path(folder) / each).exists())
        (programs / each).symlink_to(path)
    done = project.build(PATH=str(programs), PYTHON="")
    assert done.returncode != 0
    assert "Error: Python 3.8 or newer with pip is needed" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--arch", "mips"], "no architecture of Lambda is called 'mips'"),
        (["--python", "3.10"], "Python '3.10' will not do"),
        (["--python"], "--python needs a value"),
        (["--output", "nowhere/package.zip"], "the folder of --output nowhere/package.zip does not exist"),
        (["--fast"], "unknown option '--fast'"),
    ],
)
def test_a_wrong_option_is_explained(project: Project, arguments: list[str], message: str) -> None:
    done = project.build(*arguments)
    assert done.returncode != 0
    assert f"Error: {message}" in done.stderr


def test_the_next_two_commands_are_printed_with_the_name_of_the_zip(project: Project) -> None:
    done = project.build("--output", "other.zip")
    assert done.returncode == 0, done.stderr
    assert "aws s3 cp other.zip s3://${DEPLOYMENT_BUCKET}/" in done.stdout
    assert "aws cloudformation deploy" in done.stdout
    assert "LambdaS3Key=other.zip" in done.stdout
    assert zipfile.is_zipfile(project.root / "other.zip")


@pytest.mark.parametrize(
    ("arch", "python", "printed"),
    [
        ("arm64", "3.13", " \\\n"),
        ("x86_64", "3.99", " LambdaArchitecture=x86_64 LambdaPython=3.99 "),
    ],
)
def test_the_template_is_told_of_another_platform(
    project: Project, arch: str, python: str, printed: str
) -> None:
    done = project.build("--arch", arch, "--python", python, "--output", "package.zip")
    assert f"LambdaS3Key=package.zip{printed}" in done.stdout


def test_the_zip_is_beside_the_script_or_where_the_caller_says(project: Project) -> None:
    project.called_from = project.root / "tools"
    assert project.build().returncode == 0
    assert project.build("--output", "mine.zip").returncode == 0
    assert {each.relative_to(project.root).as_posix() for each in project.root.rglob("*.zip")} == {
        "budget-management-agent.zip",
        "tools/mine.zip",
    }


def test_a_build_leaves_nothing_behind_but_the_zip(project: Project) -> None:
    before = {each.name for each in project.root.iterdir()}
    assert project.build().returncode == 0
    assert {each.name for each in project.root.iterdir()} - before == {"build", "budget-management-agent.zip"}
    assert not list((project.root / "build").iterdir())


def test_by_default_it_builds_for_arm64_and_python_3_13() -> None:
    script = SCRIPT.read_text(encoding="utf-8")
    assert "arch=${LAMBDA_ARCH:-arm64}" in script
    assert "python=${LAMBDA_PYTHON:-3.13}" in script


def test_exactly_the_services_that_the_code_builds_clients_of_are_packed() -> None:
    needed = services_with_a_client() | SERVICES_OF_STRANDS
    assert sorted(listed_in_script("AWS_SERVICES")) == sorted(needed)


def services_with_a_client() -> set[str]:
    """The first argument of every `….client(…)` in production."""
    calls = [
        node
        for folder in ("agent", "tools")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "client"
        # Without an argument it hands out a client that was made elsewhere.
        if node.args or node.keywords
    ]
    names = [each.value for call in calls for each in call.args[:1] if isinstance(each, ast.Constant)]
    assert len(names) == len(calls), "a client's service has to be written out, so that it can be packed"
    return {str(each) for each in names}
