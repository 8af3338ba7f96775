"""The image, the compose file and the Kubernetes manifests: valid, closed, and in step with the program.

No image is built here: what the Containerfile copies is built into a wheel instead.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

import wencang
from archive import settings
from archive.settings import Settings
from tests.support.sample import ARTICLES, ROOT, indexed
from tests.support.web import serving
from wencang.cli.app import app_command

DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
CONTAINERFILE = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
SECRETS = "/run/secrets/"
PINNED = re.compile(r"[\w.-]+(?:/[\w.-]+)*:v?\d+\.\d+[\w.-]*")  # name:tag, where the tag has a version
_KUBERNETES = ("1.30", "1.37")  # the oldest that has what the manifests ask for, the newest with a schema here
_SECRET_VALUES = {
    "archive": "postgresql://wencang:secret@db.example.org/wencang",
    "opensearch_password": "secret",
}

COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
OURS = {name: service for name, service in COMPOSE["services"].items() if service["image"].startswith("wencang:")}


def tool(name: str) -> str:
    """A program of the environment that runs the tests."""
    return str(Path(sys.executable).with_name(name))


def called(*command: object, folder: Path = ROOT) -> str:
    """The output of a command that must succeed."""
    done = subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def manifests() -> list[dict[str, Any]]:
    """What `kubectl apply -k` would send for the example."""
    if not (kubectl := shutil.which("kubectl")):
        pytest.skip("kubectl is not installed: the manifests can't be put together")
    return list(yaml.safe_load_all(called(kubectl, "kustomize", KUBERNETES / "overlays" / "example")))


def named(manifests: list[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    return {each["metadata"]["name"]: each for each in manifests if each["kind"] == kind}


def pods(manifests: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The template of each pod, by the name of its workload."""
    jobs = {name: job["spec"]["jobTemplate"]["spec"]["template"] for name, job in named(manifests, "CronJob").items()}
    return jobs | {name: each["spec"]["template"] for name, each in named(manifests, "Deployment").items()}


def container(pod: Mapping[str, Any]) -> dict[str, Any]:
    (only,) = pod["spec"]["containers"]
    return dict(only)


# Valid


def test_the_containerfile_is_clean() -> None:
    assert called(tool("hadolint"), "--failure-threshold", "style", DEPLOY / "Containerfile") == ""


def test_the_compose_file_follows_its_schema() -> None:
    called(tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", DEPLOY / "compose.yaml")


@pytest.mark.parametrize("version", _KUBERNETES)
def test_the_manifests_follow_the_schema_of_kubernetes(manifests: list[dict[str, Any]], version: str) -> None:
    for manifest in manifests:
        kubernetes_validate.validate(manifest, version, strict=True)


# In step with the program


def entrypoint() -> tuple[str, ...]:
    (words,) = re.findall(r"^ENTRYPOINT (\[.*\])$", CONTAINERFILE, re.MULTILINE)
    return tuple(json.loads(words))


def commands() -> Iterator[tuple[str, ...]]:
    """Every command that a file in deploy/ starts wencang with."""
    (words,) = re.findall(r"^CMD (\[.*\])$", CONTAINERFILE, re.MULTILINE)
    yield (*entrypoint(), *json.loads(words))
    for service in OURS.values():
        yield (*entrypoint(), *service["command"])
    for path in sorted(KUBERNETES.rglob("*.yaml")):
        for words in re.findall(r"command: (\[[^\]]*\])", path.read_text(encoding="utf-8")):
            yield tuple(yaml.safe_load(words))


@pytest.mark.parametrize("command", sorted(set(commands())), ids=shlex.join)
def test_each_command_exists_with_its_options(command: tuple[str, ...]) -> None:
    assert command[:3] == ("wencang", "--data", "/data")
    door = app_command()
    ctx = door.make_context("wencang", list(command[1:]), resilient_parsing=False)
    name, inner, words = door.resolve_command(ctx, [*ctx._protected_args, *ctx.args])
    assert name == command[3], "a word that is not a command would be searched for"
    inner.make_context(name, words, parent=ctx)


def environments(manifests: list[dict[str, Any]]) -> Iterator[dict[str, str]]:
    for service in OURS.values():
        yield service["environment"] | {"WENCANG_CONTACT": "you@example.org"}
    for config in named(manifests, "ConfigMap").values():
        yield config["data"]


def test_each_setting_exists_and_is_valid(manifests: list[dict[str, Any]], tmp_path: Path) -> None:
    names = {field.name for field in fields(Settings)}
    for environment in environments(manifests):
        ours = {key: value for key, value in environment.items() if key.startswith("WENCANG_")}
        assert {key.removeprefix("WENCANG_").removesuffix("_FILE").lower() for key in ours} <= names
        for key in [key for key in ours if key.endswith("_FILE")]:
            secret = tmp_path / Path(ours[key]).name
            secret.write_text(_SECRET_VALUES[secret.name])
            ours[key] = str(secret)
        chosen = settings.load(tmp_path, ours)
        assert chosen.archive == _SECRET_VALUES["archive"]
        assert chosen.engine == "opensearch"


def test_each_secret_is_mounted(manifests: list[dict[str, Any]]) -> None:
    for service in OURS.values():
        files = {value for value in service["environment"].values() if value.startswith(SECRETS)}
        assert files == {SECRETS + name for name in service["secrets"]}
        assert set(service["secrets"]) <= set(COMPOSE["secrets"])
    (config,) = named(manifests, "ConfigMap").values()
    for pod in pods(manifests).values():
        mounts = {mount["name"]: mount["mountPath"] for mount in container(pod)["volumeMounts"]}
        (volume,) = [volume for volume in pod["spec"]["volumes"] if "secret" in volume]
        files = {f"{mounts[volume['name']]}/{item['path']}" for item in volume["secret"]["items"]}
        assert files == {value for value in config["data"].values() if value.startswith(SECRETS)}
        assert container(pod)["envFrom"] == [{"configMapRef": {"name": config["metadata"]["name"]}}]


def test_no_file_contains_a_password() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in DEPLOY.rglob("*") if path.suffix in (".yaml", ".env"))
    assert not re.search(r"://[^/\s]*:[^/\s]*@", text)
    assert not [key for key in re.findall(r"^\s*(\w*(?:PASSWORD|SECRET)\w*)[:=] *\S", text, re.MULTILINE)
                if not key.endswith("_FILE")]  # fmt: skip


def test_a_probe_is_answered(manifests: list[dict[str, Any]], tmp_path: Path) -> None:
    web = container(pods(manifests)["web"])
    probes = [web[name]["httpGet"] for name in ("readinessProbe", "livenessProbe")]
    (checked,) = re.findall(r"urlopen\('(.*?)'", CONTAINERFILE)
    with indexed(tmp_path, "whoosh"):
        pass
    with wencang.open(tmp_path, {"WENCANG_ENGINE": "whoosh"}) as archive, serving(archive) as client:
        for probe in probes:
            headers = {header["name"]: header["value"] for header in probe["httpHeaders"]}
            assert client.get(probe["path"], headers=headers).status_code == 200
        health = client.get(checked)
        assert (health.status_code, health.json()["sequence"]) == (200, len(ARTICLES))


# Closed


def test_each_image_is_pinned(manifests: list[dict[str, Any]]) -> None:
    bases = re.findall(r"^FROM (\S+)", CONTAINERFILE, re.MULTILINE)
    services = [service["image"] for service in COMPOSE["services"].values()]
    workloads = [container(pod)["image"] for pod in pods(manifests).values()]
    assert [image for image in (*bases, *services, *workloads) if not PINNED.fullmatch(image)] == []
    assert len(set(bases)) == 1, "the environment moves from one stage to the other"
    ours = {*(service["image"] for service in OURS.values()), *workloads}
    assert {image.rpartition(":")[2] for image in ours} == {VERSION}
    assert f'image.version="{VERSION}"' in CONTAINERFILE


def test_no_pod_may_do_more_than_it_needs(manifests: list[dict[str, Any]]) -> None:
    for pod in pods(manifests).values():
        rights, own = pod["spec"]["securityContext"], container(pod)["securityContext"]
        assert (rights["runAsNonRoot"], rights["seccompProfile"]) == (True, {"type": "RuntimeDefault"})
        assert own == {
            "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
        }  # fmt: skip
        assert pod["spec"]["automountServiceAccountToken"] is False
        assert "memory" in container(pod)["resources"]["limits"]
    for service in OURS.values():
        assert (service["user"], service["read_only"], service["cap_drop"]) == ("1000:1000", True, ["ALL"])
    assert re.findall(r"^USER (.*)$", CONTAINERFILE, re.MULTILINE) == ["1000:1000"]


def test_the_stores_of_the_compose_file_are_reached_by_its_services_only() -> None:
    assert COMPOSE["networks"]["stores"] == {"internal": True}
    for name, service in COMPOSE["services"].items():
        if name not in OURS:
            assert (service["networks"], "ports" in service, "healthcheck" in service) == (["stores"], False, True)
            assert all(each["depends_on"][name] == {"condition": "service_healthy"} for each in OURS.values())
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert ports == ["127.0.0.1:8080:8080"]


def test_what_a_manifest_refers_to_exists(manifests: list[dict[str, Any]]) -> None:
    claims = {
        volume["persistentVolumeClaim"]["claimName"]
        for pod in pods(manifests).values()
        for volume in pod["spec"]["volumes"]
        if "persistentVolumeClaim" in volume
    }
    assert claims == set(named(manifests, "PersistentVolumeClaim"))
    labels = [pod["metadata"]["labels"] for pod in pods(manifests).values()]
    selectors = [named(manifests, "Service")["web"]["spec"]["selector"]]
    selectors += [each["spec"]["selector"]["matchLabels"] for each in named(manifests, "PodDisruptionBudget").values()]
    selectors += [each["spec"]["podSelector"]["matchLabels"] for each in named(manifests, "NetworkPolicy").values()]
    for selector in selectors:
        assert any(selector.items() <= each.items() for each in labels)
    policies = named(manifests, "NetworkPolicy")
    assert all(policies["closed"]["spec"]["podSelector"]["matchLabels"].items() <= each.items() for each in labels)


def test_each_host_crawls_with_its_own_volume(manifests: list[dict[str, Any]]) -> None:
    """What a host has fetched and not yet uploaded is there; it must not share that with another one."""
    crawls = {name: job for name, job in named(manifests, "CronJob").items() if name.startswith("crawl-")}
    assert len(crawls) > 1
    for name, job in crawls.items():
        pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        (claim,) = [each["persistentVolumeClaim"] for each in pod["volumes"] if "persistentVolumeClaim" in each]
        assert (claim["claimName"], pod["hostname"], job["spec"]["concurrencyPolicy"]) == (name, name, "Forbid")


# The image


def locked(path: Path) -> set[str]:
    """The lines of a lock that pin a version, and the hashes below them."""
    return set(path.read_text(encoding="utf-8").replace(" \\\n", " ").splitlines())


def test_the_lock_of_the_image_is_a_part_of_the_lock() -> None:
    assert locked(DEPLOY / "requirements.lock") - locked(ROOT / "requirements.lock") == set()


def test_the_wheel_is_made_of_what_the_containerfile_copies(tmp_path: Path) -> None:
    for line in re.findall(r"^COPY ([^-].*)$", CONTAINERFILE, re.MULTILINE):
        *sources, target = line.split()
        for source in sources:
            copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
            copy(ROOT / source, tmp_path / target / Path(source).name if target == "./" else tmp_path / target)
    build = (sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index")
    called(*build, "--wheel-dir", tmp_path / "wheel", tmp_path)
    assert list((tmp_path / "wheel").glob(f"wencang-{VERSION}-*.whl"))


# The plan


@pytest.mark.parametrize("document", ["scale.md", "scale.zh.md"])
def test_the_plan_in_the_documents_is_what_is_computed(document: str) -> None:
    """`python -m bench.plan` prints it."""
    text = (ROOT / "docs" / document).read_text(encoding="utf-8")
    assert f"$ python -m bench.plan\n{called(sys.executable, '-m', 'bench.plan')}```" in text
