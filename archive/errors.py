"""The tree of our errors; each names its subject, what is wrong and, if there is one, a remedy.

WencangError
├── UsageFault          the command or the question is wrong, nothing was done     (exit 2)
│   └── QueryFault      a question that can't be read
├── Unusable            the archive or an index can't be used as it is             (exit 3)
│   ├── ArchiveUnusable
│   ├── DiskFull        the disk has no room for what is to be written
│   ├── StorageUnusable the store of raw pages and manifests can't be reached, or refuses
│   └── IndexUnusable
├── Busy                another run holds what this one needs                      (exit 4)
├── CheckFailed         a check found damage                                        (exit 6)
├── NotFetched          a page could not be fetched                                (exit 5)
├── NotRead             a page took too long to read, or ended the process         (exit 5)
├── NotScheduled        timers or the crontab of the machine can't be used         (exit 5)
├── NotTold             hook, mail or metrics file failed                          (exit 5)
├── NotAnArticle        a page without an article: skipped, not a failure
├── NotKept             an article is not in the archive                           (exit 1)
├── Withdrawn           an article was withdrawn from the archive: neither stored again nor shown
└── BadRecord           a record of an import can't be read: the import continues
"""

from archive.text.messages import Message, of_error, worded
from archive.text.translation import gettext as _


class WencangError(Exception):
    """`subject` is the file, address or word it is about, `reason` what is wrong, `mend` a remedy or ""."""

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
    """An error of ours as it is; any other as a fault of `subject` alone, named by its class."""
    return error if isinstance(error, WencangError) else WencangError(subject, of_error(error))


class UsageFault(WencangError):
    """The command or the question is wrong; nothing was done."""


class QueryFault(UsageFault):
    """A question that can't be read; the reason names the place."""


class Unusable(WencangError):
    """The archive or an index can't be used as it is; `mend` names the command that repairs it."""


class ArchiveUnusable(Unusable):
    """The archive is missing, damaged, or of a newer program."""


class DiskFull(Unusable):
    """The disk, or the user's quota, has no room for what is to be written."""


class StorageUnusable(Unusable):
    """The store of raw pages and manifests can't be reached, or refuses; what is archived waits on this host."""


class IndexUnusable(Unusable):
    """The index is missing, damaged, or made by another analyzer."""


class Busy(WencangError):
    """Another run holds what this one needs."""


class CheckFailed(WencangError):
    """A check found damage; what it did not find damaged was done."""


class NotFetched(WencangError):
    """A page could not be fetched."""


class NotRead(WencangError):
    """A page took too long to read, or ended the process that read it."""


class NotScheduled(WencangError):
    """The timers or the crontab of the machine can't be used."""


class NotTold(WencangError):
    """The operator could not be notified: the hook, the mail or the metrics file failed."""


class NotAnArticle(WencangError):
    """A page without an article; `reason` says why."""


class NotKept(WencangError):
    """An article is not in the archive; the subject is its id or address."""


class Withdrawn(WencangError):
    """An article was withdrawn from the archive; the subject is its id, `reason` says when and why."""


class BadRecord(WencangError):
    """A record of an import can't be read."""
