#!/usr/bin/env bash
# Builds the Lambda package: dependencies for Lambda's platform, lambda_handler.py, agent/ and tools/ in one zip.
set -euo pipefail
called_from=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")"

# The AWS services that the code, or Strands for it, builds clients of; botocore's data of all others stays out.
AWS_SERVICES=(apigatewaymanagementapi bedrock-runtime budgets ce dynamodb ec2 iam organizations rds s3 sns ssm sts)

# Of these services, whose data is large, only the operations that the code calls.
AWS_OPERATIONS=(
  bedrock-runtime:Converse bedrock-runtime:ConverseStream
  ec2:DescribeInstances
  iam:GetGroup iam:GetGroupPolicy iam:GetPolicy iam:GetPolicyVersion iam:GetRole iam:GetRolePolicy iam:GetUser
  iam:GetUserPolicy iam:ListAttachedGroupPolicies iam:ListAttachedRolePolicies iam:ListAttachedUserPolicies
  iam:ListGroupPolicies iam:ListGroupsForUser iam:ListRolePolicies iam:ListUserPolicies
  organizations:DescribeAccount organizations:DescribeOrganizationalUnit organizations:DescribePolicy
  organizations:ListAccountsForParent organizations:ListOrganizationalUnitsForParent
  rds:DescribeDBInstances
  s3:GetObject
  ssm:GetParameter
)

# What requirements.txt brings and no path of the agent imports: Strands' MCP client with its HTTP stack and
# cryptography, Powertools' web framework, libyaml, which PyYAML does without, and names kept for old releases.
UNUSED_PACKAGES=(
  _cffi_backend _yaml anyio aws_lambda_powertools/event_handler cffi click cryptography h11 httpcore
  httpcore2 httpx httpx2 jwt mcp mcp_types multipart pycparser sse_starlette starlette truststore uvicorn wrapt-stubs
  yaml/_yaml
)

# Megabytes of 1,000,000 bytes. Lambda's own limits are 50 zipped (uploaded directly) and 250 unzipped; ours are
# lower, because a larger package starts more slowly.
MOST_MB_ZIPPED=16
MOST_MB_UNZIPPED=45

usage() {
  cat <<'TEXT'
Usage: ./build_lambda_package.sh [--arch arm64|x86_64] [--python 3.13] [--output FILE]

Writes the Lambda package, by default budget-management-agent.zip beside this script. The same input gives the
same bytes.

  --arch     the function's architecture; default arm64, or $LAMBDA_ARCH
  --python   the function's Python version; default 3.13, or $LAMBDA_PYTHON
  --output   the zip to write

For a function that runs on this machine (the embedded AWS), give its architecture and its Python version, for
example LAMBDA_ARCH=x86_64 LAMBDA_PYTHON=3.11; the template's parameters LambdaArchitecture and LambdaPython then
say the same, as the command that is printed at the end does.

Needs Python 3.8 or newer with pip ($PYTHON, .venv, or python3). With a Python of the function's version, bytecode
is packed too, and the package is tried at the end.
TEXT
}

main() {
  read_options "$@"
  find_builder
  find_target_interpreter

  mkdir -p build
  work=$(mktemp -d "$PWD/build/package.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  package=$work/package
  zip=$work/package.zip

  mkdir "$package"
  say "1/5 Installing requirements.txt for $arch, Python $python"
  install_dependencies
  say "2/5 Adding lambda_handler.py, agent/ and tools/"
  add_own_code
  say "3/5 Removing what no path imports"
  remove_unused
  say "4/5 Packing"
  compile_bytecode
  pack
  say "5/5 Importing the handler from the zip alone"
  try_package

  mv "$zip" "$destination"
  describe_next_steps
}

say() { printf '%s\n' "$*"; }
warn() { printf 'Warning: %s\n' "$*" >&2; }
fail() { printf 'Error: %s\n' "$*" >&2; exit 1; }

read_options() {
  arch=${LAMBDA_ARCH:-arm64}
  python=${LAMBDA_PYTHON:-3.13}
  output=
  while [ $# -gt 0 ]; do
    case $1 in
      -h | --help) usage; exit 0 ;;
      --arch | --python | --output)
        [ $# -ge 2 ] || fail "$1 needs a value; see --help"
        case $1 in
          --arch) arch=$2 ;;
          --python) python=$2 ;;
          --output) output=$2 ;;
        esac
        shift 2 ;;
      *) fail "unknown option '$1'; see --help" ;;
    esac
  done
  case $arch in
    arm64) wheel_arch=aarch64 ;;
    x86_64) wheel_arch=x86_64 ;;
    *) fail "no architecture of Lambda is called '$arch'; use arm64 or x86_64" ;;
  esac
  [[ $python =~ ^3\.(1[1-9]|[2-9][0-9])$ ]] || fail "Python '$python' will not do; name 3.11 or newer, such as 3.13"
  case $output in
    '') output=budget-management-agent.zip destination=$PWD/budget-management-agent.zip ;;
    /*) destination=$output ;;
    *) destination=$called_from/$output ;;
  esac
  [ -d "$(dirname "$destination")" ] || fail "the folder of --output $output does not exist"
}

# The Python that runs pip and packs; its version does not matter to the package.
find_builder() {
  local candidate
  for candidate in ${PYTHON:+"$PYTHON"} .venv/bin/python python3 python; do
    if "$candidate" -c 'import sys, pip, zipfile; sys.exit(sys.version_info < (3, 8))' 2>/dev/null; then
      builder=$candidate
      return
    fi
  done
  fail "Python 3.8 or newer with pip is needed; on Debian and Ubuntu: apt install python3-pip"
}

# A Python of the function's version, if there is one: bytecode fits one version only.
find_target_interpreter() {
  local candidate
  target=
  for candidate in "$builder" "python$python" \
    "${PYENV_ROOT:-${HOME:-}/.pyenv}"/versions/"$python".*/bin/python \
    "${XDG_DATA_HOME:-${HOME:-}/.local/share}"/uv/python/cpython-"$python".*/bin/python; do
    if [ "$("$candidate" -I -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = "$python" ]; then
      target=$candidate
      return
    fi
  done
}

# Wheels of Lambda's platform only, exactly the pinned ones: pip must not resolve anything on its own, because it
# would read version markers with the Python that runs it.
install_dependencies() {
  if ! PIP_ROOT_USER_ACTION=ignore "$builder" -m pip install --quiet --quiet \
    --disable-pip-version-check --no-input --no-deps --require-hashes --only-binary=:all: --no-compile \
    --implementation cp --python-version "$python" --platform "manylinux2014_$wheel_arch" \
    --target "$package" --requirement requirements.txt >"$work/pip.log" 2>&1; then
    cat "$work/pip.log" >&2
    local missing
    missing=$(sed -n 's/.*No matching distribution found for \([^ ]*\).*/\1/p' "$work/pip.log" | head -n 1)
    [ -z "$missing" ] || fail "there is no wheel of $missing for $arch and Python $python (manylinux2014)"
    fail "pip could not install requirements.txt; its own words are above"
  fi
}

add_own_code() {
  cp lambda_handler.py "$package/"
  cp -R agent tools "$package/"
}

remove_unused() {
  local name
  for name in "${UNUSED_PACKAGES[@]}"; do
    rm -rf "${package:?}/$name" "$package/$name".py "$package/$name".*.so
  done
  rm -rf "$package/bin" "$package/boto3/examples"
  find "$package" -type d \( -name __pycache__ -o -name tests \) -prune -exec rm -rf {} +
  find "$package" -type f \( -name '*.pyi' -o -name py.typed -o -name '*.c' \) -delete
  "$builder" - "$package" "${AWS_SERVICES[*]}" "${AWS_OPERATIONS[@]}" <<'PYTHON'
"""Keep botocore's data of the named services, and of dist-info what programs ask for: version and entry points."""

import csv
import gzip
import json
import shutil
import sys
from pathlib import Path

package, services = Path(sys.argv[1]), set(sys.argv[2].split())
operations = {}
for each in sys.argv[3:]:
    service, _, operation = each.partition(":")
    operations.setdefault(service, []).append(operation)

data = package / "botocore" / "data"
if data.is_dir():
    missing = services - {each.name for each in data.iterdir()}
    if missing:
        sys.exit(f"Error: botocore knows no service called {', '.join(sorted(missing))}")
for folder in [*data.glob("*/"), *(package / "boto3" / "data").glob("*/")]:
    if folder.is_dir() and not (folder.parent == data and folder.name in services):
        shutil.rmtree(folder)



def names_in(shape):
    """The shapes that a shape is made of."""
    parts = [shape.get("member"), shape.get("key"), shape.get("value"), *shape.get("members", {}).values()]
    return [each["shape"] for each in parts if each]


def keep_operations(folder, wanted):
    """Leave of a service the newest model with these operations, and the shapes that they reach, without prose."""
    *older, newest = sorted(each for each in folder.iterdir() if each.is_dir())
    for each in older:
        shutil.rmtree(each)
    packed = newest / "service-2.json.gz"
    text = gzip.decompress(packed.read_bytes()) if packed.exists() else (newest / "service-2.json").read_bytes()
    model = json.loads(text)
    unknown = sorted(set(wanted) - model["operations"].keys())
    if unknown:
        sys.exit(f"Error: {folder.name} has no operation called {', '.join(unknown)}")
    model["operations"] = {each: model["operations"][each] for each in sorted(wanted)}
    waiting = [
        each["shape"]
        for operation in model["operations"].values()
        for each in (operation.get("input"), operation.get("output"), *operation.get("errors", []))
        if each
    ]
    reached = set()
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += names_in(model["shapes"][name])
    model["shapes"] = {each: model["shapes"][each] for each in sorted(reached)}
    for each in newest.iterdir():
        if not each.name.startswith("endpoint-rule-set"):
            each.unlink()
    lean = without_prose(model)
    for each in lean.get("clientContextParams", {}).values():
        # botocore asks every one of these for it.
        each["documentation"] = ""
    content = json.dumps(lean, separators=(",", ":"), sort_keys=True)
    (newest / "service-2.json").write_text(content, encoding="utf-8")


def without_prose(part):
    """A model without its documentation; members of that name have shapes, not texts."""
    if isinstance(part, list):
        return [without_prose(each) for each in part]
    if not isinstance(part, dict):
        return part
    return {
        key: without_prose(each)
        for key, each in part.items()
        if not (key == "documentation" and isinstance(each, str))
    }


for service, wanted in operations.items():
    if (data / service).is_dir():
        keep_operations(data / service, wanted)

for information in package.glob("*.dist-info"):
    with open(information / "RECORD", newline="", encoding="utf-8") as record:
        modules = [row[0] for row in csv.reader(record) if row[0].endswith((".py", ".so"))]
    header = (information / "METADATA").read_text(encoding="utf-8").partition("\n\n")[0]
    points = information / "entry_points.txt"
    kept = {"METADATA": header + "\n"}
    if points.exists():
        kept["entry_points.txt"] = points.read_text(encoding="utf-8")
    shutil.rmtree(information)
    if any((package / module).exists() for module in modules):
        information.mkdir()
        for name, text in kept.items():
            (information / name).write_text(text, encoding="utf-8")
PYTHON
}

# Unchecked: Lambda's disk is read-only and the sources beside never change, so nothing needs to be compared.
compile_bytecode() {
  if [ -z "$target" ]; then
    warn "no Python $python here: packed without bytecode, the function will start about twice as slowly"
    return
  fi
  "$target" -I - "$package" <<'PYTHON' || fail "a file of the package does not compile with Python $python"
"""Compile every source of the package, with the paths it has in Lambda."""

import compileall
import py_compile
import sys

compiled = compileall.compile_dir(
    sys.argv[1],
    quiet=1,
    stripdir=sys.argv[1],
    prependdir="/var/task",
    invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
)
sys.exit(not compiled)
PYTHON
}

pack() {
  "$builder" - "$package" "$zip" "$MOST_MB_ZIPPED" "$MOST_MB_UNZIPPED" <<'PYTHON'
"""Zip the package: sorted, with one date and one mode, so that the same files give the same bytes."""

import base64
import hashlib
import sys
import zipfile
from pathlib import Path

package, target = Path(sys.argv[1]), Path(sys.argv[2])
most_zipped, most_unzipped = int(sys.argv[3]), int(sys.argv[4])

names = sorted(each.relative_to(package).as_posix() for each in package.rglob("*") if each.is_file())
unzipped = 0
with zipfile.ZipFile(target, "w") as archive:
    for name in names:
        entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
        entry.create_system = 3
        entry.external_attr = 0o100644 << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        content = (package / name).read_bytes()
        unzipped += len(content)
        archive.writestr(entry, content, compresslevel=9)

zipped = target.stat().st_size
digest = hashlib.sha256(target.read_bytes())
print(f"    {len(names)} files, {zipped / 1e6:.1f} MB zipped, {unzipped / 1e6:.1f} MB unzipped")
print(f"    sha256 {digest.hexdigest()}")
print(f"    CodeSha256 as Lambda shows it {base64.b64encode(digest.digest()).decode()}")
if zipped > most_zipped * 1_000_000 or unzipped > most_unzipped * 1_000_000:
    sys.exit(
        f"Error: too large: at most {most_zipped} MB zipped and {most_unzipped} MB unzipped"
        " (Lambda itself refuses more than 50 and 250); see what a new dependency brings"
    )
PYTHON
}

try_package() {
  if [ -z "$target" ]; then
    say "    not tried: there is no Python $python here"
    return
  fi
  local machine
  machine=$("$target" -c 'import platform; print(platform.system(), platform.machine())')
  if [ "$machine" != "Linux $wheel_arch" ]; then
    say "    not tried: the package is for Linux on $arch, this is $machine"
    return
  fi
  # The tasks' folder tells libraries that this is Lambda: elsewhere X-Ray's SDK would build a client at import.
  LAMBDA_TASK_ROOT=$work/unzipped "$target" -I -S -B - "$zip" "$work/unzipped" <<'PYTHON' || fail "the handler cannot be imported from the zip alone"
"""Import the handler with nothing on the path but the standard library and the unzipped package."""

import sys
import zipfile

zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])
sys.path.insert(0, sys.argv[2])

import lambda_handler

if not callable(lambda_handler.lambda_handler):
    sys.exit("lambda_handler.lambda_handler is not a function")
print("    imported by Python " + sys.version.split()[0])
PYTHON
}

describe_next_steps() {
  say "Wrote $output"
  local platform_parameters=
  if [ "$arch $python" != "arm64 3.13" ]; then
    platform_parameters=" LambdaArchitecture=$arch LambdaPython=$python"
  fi
  cat <<TEXT

Next:
  aws s3 cp $output s3://\${DEPLOYMENT_BUCKET}/
  aws cloudformation deploy --template-file cloudformation/budget-management-agent.yaml \\
    --parameter-overrides ProjectName=budget-management LambdaS3Bucket=\${DEPLOYMENT_BUCKET} LambdaS3Key=$(basename "$output")$platform_parameters \\
    --capabilities CAPABILITY_NAMED_IAM --stack-name budget-management-agent
TEXT
}

main "$@"
