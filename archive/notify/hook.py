"""Runs the operator's own command that is told of an alarm, or of hits."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile

from archive.errors import NotTold
from archive.settings import Settings
from archive.text.messages import of_error
from archive.text.translation import gettext as _

_PATIENCE = 60  # seconds


def run(settings: Settings, subject: str, text: str, kind: str) -> None:
    """Run the operator's command with the text on its standard input; NotTold where it fails or takes too long."""
    # Files, not pipes: a hook may leave its input unread, or a child behind that holds its output open.
    name = settings.hook[0]
    told = {"WENCANG_KIND": kind, "WENCANG_SUBJECT": subject, "WENCANG_DATA": str(settings.data.absolute())}
    try:
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as said:
            given.write(text.encode())
            given.seek(0)
            process = subprocess.Popen(  # noqa: S603  # the operator's own, and no shell
                settings.hook, stdin=given, stdout=said, stderr=said, env=os.environ | told, start_new_session=True
            )  # fmt: skip
            code = _ended(process)
            said.seek(0)
            last_line = said.read().decode(errors="replace").strip().rpartition("\n")[2]
    except OSError as error:
        raise NotTold(name, of_error(error), _("mend `hook` in the settings")) from error
    if code is None:
        raise NotTold(name, _("the hook took longer than {seconds} s and was ended").format(seconds=_PATIENCE))
    if code:
        reason = _("the hook ended with code {code}: {said}") if last_line else _("the hook ended with code {code}")
        raise NotTold(name, reason.format(code=code, said=last_line))


def _ended(process: subprocess.Popen[bytes]) -> int | None:
    """Its exit code; None where it had to be killed, and all that it started."""
    try:
        return process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None
