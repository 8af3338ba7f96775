"""Runs the operator's own command for notices of alarms and of hits."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile

from archive.errors import NotTold
from archive.settings import Settings
from archive.text.messages import of_error
from archive.text.translation import gettext as _

_TIMEOUT = 60  # seconds


def run(settings: Settings, subject: str, text: str, kind: str) -> None:
    """Run the operator's command with the text on standard input. Raises NotTold if it fails or takes too long."""
    # Files, not pipes: a hook may not read its input, or leave a child behind that keeps its output open.
    name = settings.hook[0]
    variables = {"WENCANG_KIND": kind, "WENCANG_SUBJECT": subject, "WENCANG_DATA": str(settings.data.absolute())}
    try:
        with tempfile.TemporaryFile() as input, tempfile.TemporaryFile() as output:
            input.write(text.encode())
            input.seek(0)
            process = subprocess.Popen(  # noqa: S603  # the operator's own, without a shell
                settings.hook, stdin=input, stdout=output, stderr=output, env=os.environ | variables,
                start_new_session=True,
            )  # fmt: skip
            code = _wait(process)
            output.seek(0)
            last_line = output.read().decode(errors="replace").strip().rpartition("\n")[2]
    except OSError as error:
        raise NotTold(name, of_error(error), _("correct `hook` in the settings")) from error
    if code is None:
        raise NotTold(name, _("the hook took longer than {seconds} s and was killed").format(seconds=_TIMEOUT))
    if code:
        reason = _("the hook ended with code {code}: {said}") if last_line else _("the hook ended with code {code}")
        raise NotTold(name, reason.format(code=code, said=last_line))


def _wait(process: subprocess.Popen[bytes]) -> int | None:
    """Its exit code; None if it had to be killed, with its process group."""
    try:
        return process.wait(_TIMEOUT)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None
