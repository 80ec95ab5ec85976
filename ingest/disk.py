"""The file operations that nothing-is-lost rests on, in one place: tests record them, break them and replay them."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

# Some file systems have no fsync for folders; every other error of it is a real one.
_NO_FOLDER_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EACCES, errno.EPERM, errno.EISDIR, errno.EBADF)


class Disk:
    """The machine's own files. Until `sync` a write, and until `sync_folder` a name, may be gone after a power cut."""

    def make_folder(self, path: Path) -> None:
        """Makes a folder; its parent must be there."""
        path.mkdir()

    def write(self, path: Path, data: bytes) -> None:
        """Writes a file, over one that may be there."""
        path.write_bytes(data)

    def adopt(self, folder: Path) -> None:
        """A library has written this folder and the files in it."""

    def sync(self, path: Path) -> None:
        """Brings a file's contents to the disk."""
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def sync_folder(self, path: Path) -> None:
        """Brings the names in a folder to the disk, where the system can."""
        try:
            self.sync(path)
        except OSError as error:
            if error.errno not in _NO_FOLDER_SYNC:
                raise

    def rename(self, old: Path, new: Path) -> None:
        """Renames within a folder, over a file that may be there: before or after, never between."""
        old.replace(new)

    def remove(self, path: Path) -> None:
        """Takes a file away, if it is there."""
        path.unlink(missing_ok=True)

    def remove_tree(self, path: Path) -> None:
        """Takes a folder away, if it is there, with all that is in it."""
        if path.is_dir():
            shutil.rmtree(path)

    def write_whole(self, path: Path, data: bytes) -> None:
        """Puts `data` at `path` so that a reader, and a machine that loses power, sees the old file or the new one."""
        if path.is_file() and path.read_bytes() == data:
            return
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            self.write(temporary, data)
            self.sync(temporary)
            self.rename(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        self.sync_folder(path.parent)
