"""What starts a crawl: read back by systemd, by a shell and by kubectl; put in place and taken out again."""

from __future__ import annotations

import itertools
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import UsageFault
from crawler.timers import units
from crawler.timers.units import Job
from tests.support.program import Wencang
from tests.support.sample import ROOT

NASTY = [
    "/srv/闻 藏",
    "/a%b%%c",
    "/$HOME/${HOME}/$$",
    '/it\'s "quoted"',
    "/;#&|<>*?~`!=@",
    "/a; rm -rf x",
    "/😀é",
    "/-x",
]
PROGRAM = ("/opt/wencang/bin/wencang",)
CHARACTERS = st.one_of(
    st.sampled_from("/ %${}()'\"`;#@=:&|*?!~-藏闻é😀nx"),
    st.characters(exclude_characters="\\", exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"]),
)
PATHS = st.text(CHARACTERS, min_size=1, max_size=40).map(lambda text: Path("/" + text))


def job(data: Path | str, every: int = 15, program: tuple[str, ...] = PROGRAM) -> Job:
    return Job(program, Path(data), every)


def units_in(folder: Path, *jobs: Job) -> list[str]:
    for one in jobs:
        (folder / f"{one.name}.service").write_text(units.service(one), encoding="utf-8")
        (folder / f"{one.name}.timer").write_text(units.timer(one), encoding="utf-8")
    return [f"./{one.name}.{kind}" for one in jobs for kind in ("service", "timer")]


def verified(folder: Path, *names: str) -> str:
    """All that systemd-analyze says of units, with what it understood of each; fails where it finds fault."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    environment = os.environ | {"XDG_RUNTIME_DIR": str(folder), "SYSTEMD_LOG_LEVEL": "debug", "LC_ALL": "C.UTF-8"}
    command = ["systemd-analyze", "--user", "verify", *names]
    quiet = subprocess.run(command, cwd=folder, capture_output=True, env=environment | {"SYSTEMD_LOG_LEVEL": "warning"})
    assert (quiet.returncode, quiet.stderr.decode()) == (0, "")
    told = subprocess.run(command, cwd=folder, capture_output=True, env=environment)
    return told.stdout.decode()


# The text


@given(st.lists(PATHS, min_size=30, max_size=30))
@settings(max_examples=5)
def test_systemd_reads_back_the_words_that_were_meant(paths: list[Path]) -> None:
    jobs = {one.name: one for one in (job(path, program=("/bin/sh",)) for path in [*map(Path, NASTY), *paths])}
    with tempfile.TemporaryDirectory() as folder:
        told = verified(Path(folder), *units_in(Path(folder), *jobs.values()))
    read = dict(re.findall(r"-> Unit (wencang-\w+)\.service:\n.*?Command Line: ([^\n]*)\n", told, re.DOTALL))
    words = {name: shell_words(line) for name, line in read.items()}
    # Of a word with a $ it shows the spelling from before it looks for variables.
    assert {name: [word.replace("$$", "$") for word in found] for name, found in words.items()} == {
        name: list(one.command) for name, one in jobs.items()
    }


def shell_words(line: str) -> list[str]:
    script = f"printf '%s\\0' {line}"
    printed = subprocess.run(["/bin/sh", "-c", script], capture_output=True, check=True).stdout
    return printed.decode().split("\0")[:-1]


@given(PATHS, PATHS)
def test_a_shell_reads_back_the_words_of_a_crontab_line(program: Path, data: Path) -> None:
    one = job(data, program=(str(program),))
    line = units.cron_line(one)
    assert "%" not in line.replace("\\%", "")  # a bare one ends the command
    command = line.split(" ", 5)[5].replace("\\%", "%")
    assert shlex.split(command, comments=True) == [*one.command, "2>&1", "|", "logger", "-t", "wencang"]


@given(st.lists(PATHS, min_size=30, max_size=30))
@settings(max_examples=5)
def test_kubectl_reads_back_the_words_that_were_meant(paths: list[Path]) -> None:
    if not shutil.which("kubectl"):
        pytest.skip("kubectl is not installed")
    jobs = [job(path, program=("wencang",)) for path in [*map(Path, NASTY), *paths]]
    text = "---\n".join(units.cron_job(one, "registry.example/wencang:1") for one in jobs)
    command = ["kubectl", "label", "--local", "-f", "-", "a=b", "-o", "jsonpath={}{'\\n'}"]
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=True)
    read = [json.loads(line) for line in done.stdout.decode().splitlines()]
    cron_jobs = [one["spec"] for one in read if one["kind"] == "CronJob"]
    containers = [one["jobTemplate"]["spec"]["template"]["spec"]["containers"][0] for one in cron_jobs]
    assert [[word.replace("$$", "$") for word in one["command"]] for one in containers] == [
        list(one.command) for one in jobs
    ]
    assert [one["volumeMounts"][0]["mountPath"] for one in containers] == [str(one.data) for one in jobs]
    assert {one["concurrencyPolicy"] for one in cron_jobs} == {"Forbid"}
    assert {one["timeZone"] for one in cron_jobs} == {"Asia/Shanghai"}


@pytest.mark.parametrize("every", [1, 5, 15, 30, 60, 120, 720, 1440])
def test_systemd_starts_as_often_as_asked(every: int, tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    one = job("/srv/data", every)
    told = verified(tmp_path, *units_in(tmp_path, job("/srv/data", every, ("/bin/sh",))))
    assert "Persistent: yes" in told
    (at,) = re.findall("OnCalendar=(.*)", units.timer(one))
    command = ["systemd-analyze", "calendar", "--iterations", "30", at]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | {"TZ": "UTC"})
    times = re.findall(r"(\d\d):(\d\d):00 UTC", shown.stdout)
    starts = [int(hour) * 60 + int(minute) for hour, minute in times]
    assert len(starts) == 30
    assert {(later - earlier) % 1440 for earlier, later in itertools.pairwise(starts)} == {every % 1440}


def test_a_system_wide_service_waits_for_the_network(tmp_path: Path) -> None:
    one = job("/srv/data", program=("/bin/sh",))
    (tmp_path / "a.service").write_text(units.service(one, "nobody"))
    told = verified(tmp_path, "./a.service")
    assert ("User: nobody" in told, "After: network-online.target" in told) == (True, True)
    assert "network" not in units.service(one)


@pytest.mark.parametrize("every", ["7m", "0m", "90m", "5h", "2d", "15", "m", "", "-5m", "9999h"])
def test_an_interval_that_does_not_fit(every: str) -> None:
    with pytest.raises(UsageFault):
        units.minutes(every)


@pytest.mark.parametrize(
    ("every", "times"),
    [
        ("1m", "0-59/1 * * * *"),
        ("15m", "13-59/15 * * * *"),
        ("60m", "43 */1 * * *"),
        ("6h", "43 */6 * * *"),
        ("1d", "43 0 * * *"),
    ],
)
def test_cron_starts_as_often_as_asked(every: str, times: str) -> None:
    assert units.cron_line(job("/srv/data", units.minutes(every))).startswith(times + " /opt")


@pytest.mark.parametrize("path", ["/a\nb", "/a\\b", "/a\x7f", "/a\u2028b", "/a\udcff"])
def test_a_path_that_no_schedule_can_hold(path: str) -> None:
    for words in ({"data": path}, {"data": "/a", "program": (path,)}):
        with pytest.raises(UsageFault, match="rename"):
            job(**words)


@pytest.mark.parametrize("path", ["/it's", '/"', "/${HOME}/python", "/$$"])
def test_a_program_that_systemd_does_not_start(path: str) -> None:
    with pytest.raises(UsageFault, match="--cron"):
        units.service(job("/a", program=(path,)))


@given(st.lists(st.binary(max_size=30), max_size=5), PATHS, PATHS)
def test_other_lines_of_a_crontab_stay_byte_for_byte(lines: list[bytes], one: Path, two: Path) -> None:
    before = b"".join(line.replace(b"\n", b"") + b"\n" for line in lines)
    first, second = job(one), job(two, 60)
    with_one = units.with_line(before, first)
    assert with_one == before + units.cron_line(first).encode() + b"\n"
    assert units.with_line(with_one, first) == with_one
    if one != two:
        both = units.with_line(with_one, second)
        assert both == with_one + units.cron_line(second).encode() + b"\n"
        assert units.without_line(both, second) == with_one
    assert units.without_line(with_one, first) == before


# The command


def machine(folder: Path, **programs: str) -> dict[str, str]:
    """The environment of a machine that has only these commands; each notes its words in `called`."""
    bin = folder / "bin"
    bin.mkdir(exist_ok=True)
    named(folder / "data")
    for name, script in programs.items():
        (bin / name).write_text(f'#!/bin/sh\necho "{name} $*" >> {folder}/called\n{script}\n')
        (bin / name).chmod(0o755)
    return {
        "WENCANG_DELAY": "",
        "PATH": str(bin),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_RUNTIME_DIR": str(folder),
    }


def named(data: Path) -> None:
    """Say in the settings of an archive whose it is: none is crawled else."""
    data.mkdir(exist_ok=True)
    (data / "wencang.toml").write_text('contact = "you@example.org"\n')


CRONTAB = """
if [ "$1" = -l ]; then
    [ -f {folder}/crontab ] && exec /bin/cat {folder}/crontab
    echo "no crontab for you" >&2; exit 1
fi
exec /bin/cat > {folder}/crontab
"""


def test_print_names_the_program_the_data_and_both_units(wencang: Wencang, tmp_path: Path) -> None:
    printed = wencang("schedule", "print", "--systemd", "--every", "1h").stdout
    files = re.split(r"^# (wencang-\w+\.\w+)\n", printed, flags=re.MULTILINE)[1:]
    for name, text in zip(files[::2], files[1::2], strict=True):
        (tmp_path / name).write_text(text)
    told = verified(tmp_path, *(f"./{name}" for name in files[::2]))
    line = re.findall(r"Command Line: (.*)", told)[0]
    assert shell_words(line) == [
        *(sys.executable, str(ROOT / "search_cli.py")), "--data", str(tmp_path / "data"), "crawl", "--due",
    ]  # fmt: skip
    assert "User=nobody" in wencang("schedule", "print", "--systemd", "--system", "nobody").stdout
    assert f"--data {tmp_path / 'data'} crawl --due" in wencang("schedule", "print", "--cron").stdout
    assert 'image: "here/wencang:2"' in wencang("schedule", "print", "--k8s", "--image", "here/wencang:2").stdout
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["print"], "--systemd"),
        (["print", "--cron", "--k8s"], "exclude each other"),
        (["print", "--cron", "--every", "7m"], "15m"),
        (["print", "--cron", "--system", "nobody"], "--system: has no effect with --cron"),
        (["print", "--systemd", "--image", "here/wencang"], "--image: has no effect with --systemd"),
        (["print", "--systemd", "--system", "no body"], "--system NAME"),
        (["print", "--systemd", "--system", "x\nExecStart=/bin/false"], "--system NAME"),
        (["print", "--k8s", "--image", "a b"], "as in registry"),
        (["install", "--cron", "--systemd"], "exclude each other"),
        (["install"], "schedule print --cron"),
    ],
)
def test_wrong_use(wencang: Wencang, tmp_path: Path, arguments: list[str], named: str) -> None:
    done = wencang("schedule", *arguments, **machine(tmp_path))
    assert (done.returncode, done.stdout, named in done.stderr) == (2, "", True)
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("image", "is_one"),
    [
        ("wencang", True),
        ("registry.example.org:5000/news/wencang:1.2-b@sha256:" + "0a" * 32, True),
        ("here/my_wencang", True),
        ("/wencang", False),
        ("wencang:", False),
        ("Wencang", False),
        ("wencang@sha256:0a", False),
    ],
)
def test_the_name_of_an_image(image: str, is_one: bool) -> None:
    with nullcontext() if is_one else pytest.raises(UsageFault, match="not a valid name of an image"):
        assert json.dumps(image) in units.cron_job(job("/srv/data"), image)


def test_the_manifest_to_apply_is_what_the_program_prints() -> None:
    """`wencang --data /data schedule print --k8s > deploy/kubernetes/crawl/schedule.yaml` renews it."""
    written = (ROOT / "deploy" / "kubernetes" / "crawl" / "schedule.yaml").read_text(encoding="utf-8")
    assert written == units.text(job("/data", program=("wencang",)), "k8s")


def test_what_would_be_refused_at_each_start_is_not_scheduled(wencang: Wencang, tmp_path: Path) -> None:
    environment = machine(tmp_path, crontab=CRONTAB.format(folder=tmp_path))
    (tmp_path / "data" / "wencang.toml").unlink()
    done = wencang("schedule", "install", **environment)
    assert (done.returncode, done.stdout, "WENCANG_CONTACT" in done.stderr) == (2, "", True)
    assert not (tmp_path / "crontab").exists()
    assert wencang("crawl", "--due").returncode == 2


def test_the_crontab_line_comes_and_goes(wencang: Wencang, tmp_path: Path) -> None:
    environment = machine(tmp_path, crontab=CRONTAB.format(folder=tmp_path))
    crontab = tmp_path / "crontab"
    mine = "# meins\n0 4 * * * /usr/bin/true 100\\% \xff"
    crontab.write_bytes(mine.encode("latin-1"))
    for _ in range(2):
        done = wencang("schedule", "install", **environment)
        assert (done.returncode, done.stderr) == (0, "")
    assert crontab.read_bytes() == mine.encode("latin-1") + b"\n" + done.stdout.encode()
    assert (tmp_path / "called").read_text().splitlines() == ["crontab -l", "crontab -", "crontab -l"]
    assert wencang("schedule", "remove", **environment).returncode == 0
    assert crontab.read_bytes() == mine.encode("latin-1") + b"\n"
    assert wencang("schedule", "remove", **environment).returncode == 1
    crontab.unlink()
    assert wencang("schedule", "install", "--cron", **environment).returncode == 0
    assert len(crontab.read_text().splitlines()) == 1


def test_a_crontab_that_cannot_be_read_is_not_taken_for_an_empty_one(wencang: Wencang, tmp_path: Path) -> None:
    environment = machine(tmp_path, crontab='echo "you are not allowed" >&2; exit 1')
    for command in ("install", "remove"):
        done = wencang("schedule", command, **environment)
        assert (done.returncode, done.stderr) == (5, "wencang: crontab -l: you are not allowed\n")
    assert set((tmp_path / "called").read_text().splitlines()) == {"crontab -l"}


def test_the_timer_comes_and_goes(wencang: Wencang, tmp_path: Path) -> None:
    environment = machine(tmp_path, systemctl="exit 0", crontab=CRONTAB.format(folder=tmp_path))
    assert wencang("schedule", "install", "--cron", **environment).returncode == 0
    (tmp_path / "called").unlink()
    done = wencang("schedule", "install", WENCANG_CONTACT="you@example.org", **environment)
    assert done.returncode == 0
    assert ("WENCANG_CONTACT" in done.stderr, "enable-linger" in done.stderr) == (True, True)
    service, timer = map(Path, done.stdout.splitlines())
    assert timer.parent == tmp_path / "config" / "systemd" / "user"
    calls = [line for line in (tmp_path / "called").read_text().splitlines() if "systemctl" in line]
    reload = "systemctl --user daemon-reload"
    assert calls[1:] == [reload, f"systemctl --user enable {timer.name}", f"systemctl --user restart {timer.name}"]
    assert (tmp_path / "crontab").read_text() == ""  # only one of them starts it
    printed = wencang("schedule", "print", "--systemd").stdout
    assert printed == f"# {service.name}\n{service.read_text()}\n# {timer.name}\n{timer.read_text()}"
    assert wencang("schedule", "remove", **environment).returncode == 0
    calls = (tmp_path / "called").read_text().splitlines()
    assert f"systemctl --user disable --now {timer.name}" in calls
    assert list(timer.parent.iterdir()) == []
    assert wencang("schedule", "remove", **environment).returncode == 1


def test_a_systemd_that_refuses_leaves_nothing_behind(wencang: Wencang, tmp_path: Path) -> None:
    refusing = 'echo "Failed to connect to bus" >&2; exit 1'
    environment = machine(tmp_path, systemctl=refusing, crontab=CRONTAB.format(folder=tmp_path))
    done = wencang("schedule", "install", "--systemd", **environment)
    assert (done.returncode, done.stdout) == (5, "")
    assert done.stderr == (
        "wencang: systemctl --user daemon-reload: Failed to connect to bus; "
        "`wencang schedule install --cron` works without systemd\n"
    )
    assert list((tmp_path / "config" / "systemd" / "user").iterdir()) == []
    assert wencang("schedule", "install", **environment).stdout == (tmp_path / "crontab").read_text()


REAL_CRONTAB = """
mount -t tmpfs none /var/spool/cron || exit 77
mkdir -m 1730 /var/spool/cron/crontabs && chgrp crontab /var/spool/cron/crontabs
schedule() { "$python" "$program" --data "$data" schedule "$@"; }
printf '# mine\\n1 2 3 4 5 true\\n' | crontab -
schedule install --cron && schedule install --cron && crontab -l > during && schedule remove && crontab -l > after
"""


def test_the_real_crontab(tmp_path: Path) -> None:
    """On an empty spool of the test's own, so that nobody's crontab is touched."""
    if not shutil.which("crontab") or not shutil.which("unshare") or os.getuid():
        pytest.skip("needs cron, unshare and root")
    data = tmp_path / "50% '闻 藏' $x"
    named(data)
    names = {"python": sys.executable, "program": str(ROOT / "search_cli.py"), "data": str(data)}
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", REAL_CRONTAB],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, env=os.environ | names,
    )  # fmt: skip
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("may not mount here")
    assert (done.returncode, done.stderr) == (0, "")
    before = "# mine\n1 2 3 4 5 true\n"
    assert (tmp_path / "during").read_text() == before + done.stdout.splitlines(keepends=True)[0]
    assert (tmp_path / "after").read_text() == before
