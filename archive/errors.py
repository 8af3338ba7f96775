"""Every error of ours; each names its subject, what is wrong and, where there is one, the way out.

WencangError
├── UsageFault          the command or the question is wrong; nothing was done     (exit 2)
│   └── QueryFault      a question that can't be read
├── Unusable            the archive or an index can't be used as it is             (exit 3)
│   ├── ArchiveUnusable
│   └── IndexUnusable
├── Busy                another run holds what this one needs                      (exit 4)
├── NotFetched          a page that can't be had from the network                  (exit 5)
├── NotScheduled        the machine's timers or crontab can't be had               (exit 5)
├── NotTold             the operator can't be told: hook, mail or file of figures   (exit 5)
├── NotAnArticle        a page that holds no article: skipped, never a failure
├── NotKept             an article that is not in the archive                      (exit 1)
├── Withdrawn           an article that was taken out of the archive: not kept again, not shown
└── BadRecord           one record of an import can't be read: the rest goes on
"""

from archive.messages import Message, worded
from archive.translation import gettext as _


class WencangError(Exception):
    """`subject` is the file, address or word it is about, `reason` what is wrong, `mend` what the user can do."""

    def __init__(self, subject: object, reason: Message | str, mend: str = "") -> None:
        self.subject = str(subject)
        self.reason = worded(reason)
        self.mend = mend
        super().__init__(self.subject, reason, mend)

    def __str__(self) -> str:
        line = _("{subject}: {reason}").format(subject=self.subject, reason=self.reason)
        if self.mend:
            line = _("{line}; {mend}").format(line=line, mend=self.mend)
        return " ".join(line.split())


def fault_of(subject: object, error: Exception) -> WencangError:
    """An error of ours as it is; any other told in words, as a fault of this one thing: the rest goes on."""
    return error if isinstance(error, WencangError) else WencangError(subject, f"{type(error).__name__} {error}")


class UsageFault(WencangError):
    """The command or the question is wrong; nothing was done."""


class QueryFault(UsageFault):
    """A question that can't be read; the reason names the place."""


class Unusable(WencangError):
    """The archive or an index can't be used as it is; `mend` names the command that helps."""


class ArchiveUnusable(Unusable):
    """The archive is missing, damaged, or of a newer program."""


class IndexUnusable(Unusable):
    """The index is missing, damaged, or made by another analyzer."""


class Busy(WencangError):
    """Another run holds what this one needs."""


class NotFetched(WencangError):
    """A page that can't be had from the network."""


class NotScheduled(WencangError):
    """The machine's timers or crontab can't be had."""


class NotTold(WencangError):
    """The operator can't be told, by the hook, by mail or in the file of figures."""


class NotAnArticle(WencangError):
    """A page that holds no article; `reason` says why."""


class NotKept(WencangError):
    """An article that is not in the archive; its subject is the id or address."""


class Withdrawn(WencangError):
    """An article that was taken out of the archive; its subject is the id, `reason` says when and why."""


class BadRecord(WencangError):
    """One record of an import can't be read."""
