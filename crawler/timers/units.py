"""Jobs that start a crawl regularly, as text: a systemd service and timer, a crontab line, a Kubernetes CronJob.

Each only starts `wencang crawl --due` often. The program knows what is due, so an additional
start, a late one or one by another time zone does no harm.
"""

from __future__ import annotations

import json
import re
import shlex
import unicodedata
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

from archive.errors import UsageFault
from archive.text.translation import gettext as _

Form = Literal["systemd", "cron", "k8s"]
_DAY = 24 * 60
_LONGEST = 24 * 3600  # seconds after which a run that hangs is killed; the next one resumes it
_MAX_DELAY = 600  # seconds, random
_FORBIDDEN = {"Cc", "Cs", "Zl", "Zp"}  # controls, surrogates, line and paragraph separators
_USER = re.compile(r"[A-Za-z_][A-Za-z0-9_.@-]*|[0-9]+")
_IMAGE = re.compile(  # [host[:port]/]name[:tag][@digest]
    r"(?:[\w.-]+(?::\d+)?/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*(?::\w[\w.-]{0,127})?(?:@\w+:[0-9a-f]{32,})?", re.ASCII
)
_NOT_FOR_SYSTEMD = re.compile(r"""["']|\$[{$]""")


@dataclass(frozen=True, slots=True)
class Job:
    """A crawl of one archive, started every `every` minutes; `program` is the command that runs wencang."""

    program: tuple[str, ...]
    data: Path
    every: int = 15

    def __post_init__(self) -> None:
        for path in (*self.program, str(self.data)):
            # Implementations of cron differ in how they read a backslash.
            if "\\" in path or any(unicodedata.category(character) in _FORBIDDEN for character in path):
                raise UsageFault(ascii(path), _("has a character that can't be scheduled"), _("rename the folder"))

    @property
    def name(self) -> str:
        """A name for the archive that is valid for systemd and for Kubernetes."""
        return "wencang-" + sha256(bytes(self.data)).hexdigest()[:8]

    @property
    def command(self) -> tuple[str, ...]:
        return (*self.program, "--data", str(self.data), "crawl", "--due")


def minutes(every: str) -> int:
    """`15m`, `2h` or `1d` in minutes. Raises UsageFault unless it divides an hour or a day."""
    match = re.fullmatch(r"(\d{1,4})([mhd])", every.strip())
    count = int(match[1]) * {"m": 1, "h": 60, "d": _DAY}[match[2]] if match else 0
    if not count or _DAY % count or (60 % count and count % 60):
        raise UsageFault(every, _("does not divide an hour or a day"), _("for example 5m, 15m, 30m, 1h, 6h or 1d"))
    return count


def text(job: Job, form: Form, *, system: str = "", image: str = "") -> str:
    """A job in one of the forms. Raises UsageFault for a value that is not valid, or not for this form."""
    for option, value, fits in (("--system", system, "systemd"), ("--image", image, "k8s")):
        if value and form != fits:
            raise UsageFault(option, _("has no effect with --{form}").format(form=form), _("leave it out"))
    if form == "k8s":
        return cron_job(job, image or "wencang")
    if form == "cron":
        return cron_line(job) + "\n"
    return f"# {job.name}.service\n{service(job, system)}\n# {job.name}.timer\n{timer(job)}"


# systemd


def service(job: Job, user: str = "") -> str:
    """The service unit: system-wide, run as `user`, or for a user's own systemd if none is given."""
    if user and not _USER.fullmatch(user):
        raise UsageFault(user, _("is not a valid user name"), _("write --system NAME"))
    if _NOT_FOR_SYSTEMD.search(job.program[0]):
        reason = _("systemd can't start a program with quotes or ${ in its path")
        raise UsageFault(job.program[0], reason, _("move it, or use --cron"))
    first, *rest = job.command
    # systemd expands variables in the arguments, not in the path of the program.
    words = " ".join([_systemd_word(first), *(_systemd_word(word.replace("$", "$$")) for word in rest)])
    network = ("Wants=network-online.target\nAfter=network-online.target\n", f"User={user}\n") if user else ("", "")
    return f"""\
[Unit]
Description=wencang: fetch what is due into {str(job.data).replace("%", "%%")}
{network[0]}
[Service]
Type=oneshot
{network[1]}ExecStart={words}
# 4: another run is active; 130: stopped, the next run resumes it.
SuccessExitStatus=4 130
TimeoutStartSec={_LONGEST}
Nice=10
IOSchedulingClass=best-effort
IOSchedulingPriority=7
# Turn this off for a hook that gains privileges (sudo, a setgid sendmail).
NoNewPrivileges=true
"""


def timer(job: Job) -> str:
    """The timer unit of the service of the same name, which it never starts twice at once."""
    hours = job.every // 60
    at = f"*:00/{job.every}:00" if not hours else "00:00:00" if hours == 24 else f"00/{hours}:00:00"
    return f"""\
[Unit]
Description=wencang: start fetching into {str(job.data).replace("%", "%%")}

[Timer]
OnCalendar=*-*-* {at} Asia/Shanghai
Persistent=true
RandomizedDelaySec={min(job.every * 12, _MAX_DELAY)}

[Install]
WantedBy=timers.target
"""


def _systemd_word(word: str) -> str:
    word = word.replace("%", "%%")
    if re.fullmatch(r"[\w./:=,+@%-]+", word):
        return word
    return '"' + word.replace('"', '\\"') + '"'


# cron


def cron_line(job: Job) -> str:
    """The line for a crontab; the output of a run goes to the system log.

    It names no time zone: most implementations do not know CRON_TZ, and it would affect other lines.
    """
    command = f"{shlex.join(job.command)} 2>&1 | logger -t wencang{_mark(job)}"
    return f"{_times(job)} {command.replace('%', chr(92) + '%')}"


def with_line(crontab: bytes, job: Job) -> bytes:
    """The crontab with this archive's line; all other lines are unchanged."""
    rest = without_line(crontab, job)
    return rest + (b"" if rest.endswith(b"\n") or not rest else b"\n") + cron_line(job).encode() + b"\n"


def without_line(crontab: bytes, job: Job) -> bytes:
    end = _mark(job).replace("%", "\\%").encode()
    return b"".join(line for line in crontab.splitlines(keepends=True) if not line.rstrip(b"\r\n").endswith(end))


def _mark(job: Job) -> str:
    return f" # wencang: {job.data}"


def _times(job: Job) -> str:
    """The times in cron's five fields; each archive has its own minute, so that not all start at once."""
    minute, hours = int(job.name[-4:], 16) % min(job.every, 60), job.every // 60
    if not hours:
        return f"{minute}-59/{job.every} * * * *"
    return f"{minute} {'0' if hours == 24 else f'*/{hours}'} * * *"


# Kubernetes


def cron_job(job: Job, image: str) -> str:
    """A CronJob and the volume of its archive; the data folder and the program are paths in the image."""
    if not _IMAGE.fullmatch(image):
        raise UsageFault(image, _("is not a valid name of an image"), _("as in registry.example.org/wencang:1"))
    template = Path(__file__).with_name("kubernetes.yaml").read_text(encoding="utf-8")
    return template.format(
        name=job.name, times=_yaml(_times(job)), late=job.every * 60, longest=_LONGEST, image=_yaml(image),
        command=", ".join(_yaml(word.replace("$", "$$")) for word in job.command), data=_yaml(str(job.data)),
    )  # fmt: skip


def _yaml(text: str) -> str:
    """A YAML string: JSON strings are a subset of them."""
    return json.dumps(text, ensure_ascii=False)
